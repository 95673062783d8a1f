import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Credential } from '../src/model/credential.ts';
import type { AuditEvent } from '../src/model/event.ts';
import { azureActivity } from '../src/normalise/azure-activity.ts';
import { isObject, parseJson } from '../src/normalise/dig.ts';
import { projector } from '../src/scan/project.ts';
import type { JsonObject } from '../src/scan/wanted.ts';

const corpus = process.env.KEYWARD_CORPUS ?? '';
const project = projector(azureActivity.paths);

/** What became of a record, in a few words; each record is judged on its own. */
function tell(record: JsonObject): string {
  const inner = azureActivity.unwrap(record);
  if (inner === null) return 'another log';
  const events: AuditEvent[] = [];
  const credentials: Credential[] = [];
  const words: string[] = [];
  azureActivity.reader().read(project(inner), () => inner, {
    event: event => void events.push(event),
    credential: credential => void credentials.push(credential),
    census: () => undefined,
    ignore: () => void words.push('left out'),
    malformed: what => void words.push(what),
  });
  const kinds = new Map(credentials.map(({ id, kind }) => [id, kind]));
  for (const { deed, outcome, credential } of events)
    words.push(`${deed} by ${kinds.get(credential) ?? 'nobody'}: ${outcome}`);
  return words.join(', ');
}

const linesOf = (file: string): readonly JsonObject[] =>
  readFileSync(join(corpus, file), 'utf8').split('\n').map(parseJson).filter(isObject);

const NO_TIME = 'the record has no readable event time';
const OUT = 'left out';
const STORAGE = 'another log';

/** By file, what became of its records in their order, and why. */
type Table = Readonly<Record<string, readonly [readonly string[], string]>>;

const USE_BY_NOBODY = 'the caller is not named, and plain use by nobody is nobody’s';
const outs = (count: number): readonly string[] => Array<string>(count).fill(OUT);

const PANTHER: Table = {
  vm_deleted: [outs(3), USE_BY_NOBODY],
  network_ip_discovery: [outs(5), USE_BY_NOBODY],
  storage_immutability_policy_deleted: [
    ['use by entra-user: ok', ...outs(4)],
    'what is deleted holds no key; the first names a person, the others nobody',
  ],
  storage_blob_cpk_encryption_detected: [[STORAGE, STORAGE, STORAGE], 'resource logs of storage: no calls of models'],
  vm_snapshot_deleted: [outs(3), USE_BY_NOBODY],
  alert_suppression_rule_created: [outs(3), `${USE_BY_NOBODY}; hiding an alert leaves the record of what was done`],
  recovery_services_container_deleted: [
    ['use by entra-user: ok', ...outs(4)],
    'a backup is no audit log; the first names a person by their UPN',
  ],
  alert_rules_deleted: [outs(4), `${USE_BY_NOBODY}; an alert is no record`],
  sql_server_deleted: [outs(3), USE_BY_NOBODY],
  storage_account_keys_listed: [
    ['reveal by entra-user: ok', 'reveal by unknown: ok', 'reveal by unknown: denied'],
    'keys were shown to a person, to someone unnamed, and (403) to nobody',
  ],
  role_assignment_privileged_or_elevated: [
    ['grant by entra-user: ok', 'grant by entra-user: ok', 'grant by entra-user: ok', 'grant by entra-user: ok'],
    'any role may open keys; without claims it was the user whose role let it pass; elevating is a grant to oneself',
  ],
  network_port_mapping: [outs(3), USE_BY_NOBODY],
  network_packet_capture_enabled: [outs(4), USE_BY_NOBODY],
  kubernetes_rolebinding_created: [outs(5), `${USE_BY_NOBODY}; roles inside a cluster open no keys of Azure`],
  storage_sas_external_access: [Array<string>(5).fill(STORAGE), 'resource logs of storage: no calls of models'],
  keyvault_deleted: [outs(3), USE_BY_NOBODY],
  virtual_network_deleted: [outs(3), USE_BY_NOBODY],
  storage_account_deleted: [outs(3), USE_BY_NOBODY],
  disk_deleted: [outs(3), USE_BY_NOBODY],
  policy_deployifnotexists: [outs(4), USE_BY_NOBODY],
  policy_violation: [outs(4), 'what a policy noted is the echo of another record; the last is use by nobody'],
  network_watcher_deleted: [outs(3), `${USE_BY_NOBODY}; flows of a network tell of no keys`],
  serverless_execution: [outs(7), USE_BY_NOBODY],
  storage_account_public_network_access_enabled: [
    ['use by entra-user: ok', OUT, OUT],
    'a network rule is no key; the first names a person',
  ],
  storage_account_key_regenerated: [
    ['create by unknown: ok', 'create by unknown: ok', OUT],
    'key1 and key2 were made anew by someone unnamed; the last is use by nobody',
  ],
  advisor_security_recommendation: [outs(2), 'recommendations are nobody’s doing'],
  storage_blob_soft_delete_disabled: [outs(2), USE_BY_NOBODY],
  resource_lock_deleted: [['use by entra-user: ok', ...outs(4)], 'a lock records nothing; the first names a person'],
  storage_account_versioning_disabled: [['use by entra-user: ok', OUT, OUT], 'versions are no audit log'],
  vm_disk_sas_uri_generated: [outs(5), `${USE_BY_NOBODY}; the address of a disk opens no model`],
  firewall_policy_deleted: [outs(3), USE_BY_NOBODY],
  event_hub_deleted: [outs(3), `${USE_BY_NOBODY}; that logs went there is not told`],
  storage_blob_permissions_modified: [outs(3), USE_BY_NOBODY],
  automation_runbook_deleted: [outs(3), USE_BY_NOBODY],
  storage_blob_uploaded: [[STORAGE, STORAGE, STORAGE], 'resource logs of storage: no calls of models'],
  storage_https_only_disabled: [outs(2), USE_BY_NOBODY],
  storage_fileshare_modified: [outs(4), USE_BY_NOBODY],
  diagnostic_settings_deleted: [
    ['silence by unknown: ok', 'silence by unknown: ok', OUT],
    'logs are no longer sent; the last sets them up, and switches none off',
  ],
};

const STRATUS: Readonly<Record<string, readonly [became: string, why: string]>> = {
  'azure.credential-access.app-service-publishing-credentials.1.json': [NO_TIME, 'a fragment as Datadog keeps it'],
  'azure.execution.vm-custom-script-extension.1.json': ['not JSON', 'a comma too many'],
  'azure.execution.vm-run-command.1.json': [
    'use by entra-user: ok',
    'a person, named by the caller alone, ran a command on a machine: no key is touched',
  ],
  'azure.exfiltration.disk-export.1.json': [NO_TIME, 'a fragment as Datadog keeps it'],
  'azure.exfiltration.storage-public-access.1.json': ['not JSON', 'the braces around it are missing'],
  'azure.exfiltration.storage-sas-export.1.json': ['not JSON', 'the braces around it are missing'],
  'azure.impact.blob-ransomware-client-encryption-scope.1.json': [NO_TIME, 'a fragment'],
  'azure.impact.blob-ransomware-client-encryption-scope.2.json': ['another log', 'the resource log of a vault'],
  'azure.impact.blob-ransomware-client-encryption-scope.3.json': [NO_TIME, 'a fragment'],
  'azure.impact.blob-ransomware-cpek.1.json': ['another log', 'the resource log of storage'],
  'azure.impact.blob-ransomware-individual-file-deletion.1.json': ['another log', 'the resource log of storage'],
  'azure.impact.blob-ransomware-service-storage-cmk.1.json': ['not JSON', 'a comma too many'],
  'azure.impact.blob-ransomware-service-storage-cmk.2.json': [NO_TIME, 'a fragment'],
  'azure.impact.blob-ransomware-service-storage-cmk.3.json': ['another log', 'the resource log of a vault'],
  'azure.impact.resource-lock.1.json': ['not JSON', 'the braces around it are missing'],
  'azure.persistence.backdoor-managed-identity-fic.1.json': [NO_TIME, 'a fragment'],
  'azure.persistence.create-bastion-shareable-link.1.json': ['not JSON', 'a brace too many'],
  'azure.persistence.exfiltrate-foundry-key.1.json': [OUT, 'a start: another record tells how it ended'],
  'azure.persistence.exfiltrate-foundry-key.2.json': [NO_TIME, 'a fragment'],
};

const IN_TIME = { eventTimestamp: '2026-11-19T12:00:00Z' };

describe('Azure Activity Log records that others recorded', () => {
  beforeEach(context => {
    if (corpus === '') context.skip('KEYWARD_CORPUS is not set, so there are no real logs to read');
  });

  test('every line of Panther’s tests, file by file', () => {
    const told = new Map<string, string[]>();
    for (const { file, log } of linesOf('panther/azure_activity_rules.jsonl')) {
      const name = /azure_(\w+)\.yml$/.exec(String(file))?.[1] ?? String(file);
      told.set(name, [...(told.get(name) ?? []), isObject(log) ? tell(log) : 'no log']);
    }
    expect(Object.fromEntries(told)).toEqual(
      Object.fromEntries(Object.entries(PANTHER).map(([file, [became]]) => [file, became])),
    );
  });

  test('what plaso read through the SDK: four requests as they began, whose ends are not in the file', () => {
    const records = linesOf('plaso/azure_activity_log.jsonl');
    expect(records.map(tell)).toEqual(outs(4));
  });

  test('the same four, had they come off: two by an app with a signed word, two by a guest', () => {
    const ended = linesOf('plaso/azure_activity_log.jsonl').map(record => ({
      ...record,
      status: { value: 'Succeeded' },
    }));
    expect(ended.map(tell).sort()).toEqual([
      'use by client-certificate: ok',
      'use by client-certificate: ok',
      'use by entra-user: ok',
      'use by entra-user: ok',
    ]);
  });

  test('every fragment of Stratus Red Team’s pages', () => {
    const files = readdirSync(join(corpus, 'stratus-docs')).filter(file => file.startsWith('azure.'));
    const told = files.map(file => {
      const record = parseJson(readFileSync(join(corpus, 'stratus-docs', file), 'utf8'));
      return [file, isObject(record) ? tell(record) : 'not JSON'];
    });
    expect(Object.fromEntries(told)).toEqual(
      Object.fromEntries(Object.entries(STRATUS).map(([file, [became]]) => [file, became])),
    );
  });

  test.each([
    ['azure.credential-access.app-service-publishing-credentials.1.json', 'reveal by unknown: ok'],
    ['azure.persistence.backdoor-managed-identity-fic.1.json', 'trust by unknown: ok'],
    ['azure.persistence.exfiltrate-foundry-key.2.json', 'reveal by entra-user: ok'],
  ])('%s, given a time', (file, expected) => {
    const record = parseJson(readFileSync(join(corpus, 'stratus-docs', file), 'utf8'));
    expect(tell({ ...(record as JsonObject), ...IN_TIME })).toBe(expected);
  });
});
