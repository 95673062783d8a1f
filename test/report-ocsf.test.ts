import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import type { Finding } from '../src/model/finding.ts';
import type { Report } from '../src/model/report.ts';
import { ocsf } from '../src/report/ocsf.ts';
import { HIDDEN, REPORTS, smallReport, TRICKS, testTexts } from './report-cases.ts';
import {
  cleanReport,
  findingOf,
  findingsReport,
  incompleteReport,
  keyOf,
  reportOf,
  weeklyReport,
} from './report-fixtures.ts';

const NAMES = Object.keys(REPORTS);

const render = (report: Report): string => [...ocsf.render(report, { width: 80, color: false })].join('');

interface Event {
  readonly class_uid: number;
  readonly [field: string]: unknown;
}

const eventsOf = (text: string): Event[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map(line => JSON.parse(line) as Event);

const text = { type: 'string' };
const name = { type: 'string' };
/** Milliseconds since the epoch, as OCSF's timestamp_t. */
const timestamp = { type: 'integer', minimum: -62_167_219_200_000, maximum: 253_402_300_799_999 };
const count = { type: 'integer', minimum: 0 };
const numbered = (...ids: number[]) => ({ enum: ids });
const list = (items: object) => ({ type: 'array', items, minItems: 1 });
const closed = (properties: object, required: readonly string[], more: object = {}) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
  ...more,
});

// Attributes, enumerations and constraints as OCSF 1.8.0 has them, of what keyward writes; nothing else may appear.

const account = closed({ uid: name, type_id: numbered(0, 10, 11), type: text }, ['uid']);
const credential = closed({ uid: name, type: text }, ['uid']);
const user = closed(
  { uid: name, type_id: numbered(0, 1, 2, 4), type: text, account, programmatic_credentials: list(credential) },
  ['uid'],
);
const analytic = closed({ uid: name, name, type_id: numbered(1, 2), type: { enum: ['Rule', 'Behavioral'] } }, [
  'type_id',
]);
const resource = closed({ uid: name, type: text, owner: user, data: { type: 'object' } }, ['uid']);
const endpoint = closed({ ip: { type: 'string', anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] } }, ['ip']);
const evidence = closed({ actor: closed({ user }, ['user']), src_endpoint: endpoint, data: { type: 'object' } }, [], {
  anyOf: ['actor', 'src_endpoint', 'data'].map(field => ({ required: [field] })),
});
const info = closed(
  {
    uid: { type: 'string', minLength: 1 },
    title: text,
    desc: text,
    types: list(text),
    analytic,
    first_seen_time: timestamp,
    last_seen_time: timestamp,
    related_analytics: list(analytic),
    related_events: list(closed({ uid: name }, ['uid'])),
  },
  ['uid', 'title', 'analytic'],
);

const base = {
  time: timestamp,
  start_time: timestamp,
  end_time: timestamp,
  activity_name: text,
  category_name: text,
  class_name: text,
  type_name: text,
  severity: text,
  status: text,
  message: text,
  metadata: closed(
    {
      version: { const: '1.8.0' },
      product: closed({ name, vendor_name: name, version: text }, ['name', 'vendor_name']),
      correlation_uid: text,
    },
    ['version', 'product'],
  ),
  unmapped: { type: 'object' },
};
const BASE = ['activity_id', 'category_uid', 'class_uid', 'type_uid', 'time', 'severity_id', 'metadata'];

const detection = closed(
  {
    ...base,
    category_uid: { const: 2 },
    class_uid: { const: 2004 },
    activity_id: numbered(1, 2, 3),
    type_uid: numbered(200401, 200402, 200403),
    severity_id: numbered(0, 1, 2, 3, 4, 5),
    status_id: numbered(1, 3, 4),
    is_alert: { type: 'boolean' },
    comment: text,
    finding_info: info,
    evidences: list(evidence),
    resources: list(resource),
    remediation: closed({ desc: text, references: list(text) }, ['desc']),
  },
  [...BASE, 'finding_info', 'status_id', 'is_alert'],
);

const scan = closed(
  {
    ...base,
    category_uid: { const: 6 },
    class_uid: { const: 6007 },
    activity_id: numbered(2, 99),
    type_uid: numbered(600702, 600799),
    severity_id: { const: 1 },
    status_id: numbered(1, 2),
    status_detail: { type: 'string', minLength: 1 },
    scan: closed({ name, type_id: { const: 0 }, type: text }, ['name', 'type_id']),
    num_detections: count,
    num_files: count,
    num_skipped_items: count,
    total: count,
  },
  [...BASE, 'scan', 'status_id', 'unmapped'],
);

const ajv = new Ajv({ allErrors: true, strict: false, formats: { ipv4: /^\d+\.\d+\.\d+\.\d+$/, ipv6: /:/ } });
const isDetection = ajv.compile(detection);
const isScan = ajv.compile(scan);

function expectSound(report: Report): void {
  const written = render(report);
  expect(written.replaceAll('\n', '')).not.toMatch(HIDDEN);
  const events = eventsOf(written);
  for (const event of events.slice(0, -1)) {
    expect(isDetection(event), ajv.errorsText(isDetection.errors)).toBe(true);
    expect(event.type_uid).toBe(event.class_uid * 100 + Number(event.activity_id));
  }
  expect(isScan(events.at(-1)), ajv.errorsText(isScan.errors)).toBe(true);
  expect(events).toHaveLength(report.findings.length + report.suppressed.length + report.resolved.length + 1);
}

describe('ocsf', () => {
  test.each(NAMES)('%s', name => {
    expectSound(REPORTS[name]!);
  });

  test('a small report, whole', async () => {
    await expect(render(smallReport)).toMatchFileSnapshot('snapshots/report/ocsf-small.ndjson');
  });

  testTexts(TRICKS, expectSound);

  test('a finding is known by its fingerprint, and an incident by that of its worst', () => {
    const events = eventsOf(render(findingsReport));
    const uids = events
      .slice(0, findingsReport.findings.length)
      .map(({ finding_info }) => (finding_info as { uid: string }).uid);
    expect(uids).toEqual(findingsReport.findings.map(({ fingerprint }) => fingerprint));
    const correlated = events.filter(({ metadata }) =>
      (metadata as { correlation_uid?: string }).correlation_uid?.startsWith('two-places-at-once'),
    );
    expect(correlated).toHaveLength(4);
  });

  test.each<[status: Finding['status'], activity: number, isAlert: boolean]>([
    ['new', 1, true],
    ['recurred', 2, true],
    ['known', 2, false],
  ])('what is %s', (status, activity, isAlert) => {
    const [event] = eventsOf(render(reportOf([findingOf({ rule: 'a', status })])));
    expect(event).toMatchObject({ activity_id: activity, is_alert: isAlert, status_id: 1 });
  });

  test('what is gone is closed', () => {
    const closed = eventsOf(render(weeklyReport)).filter(
      ({ activity_id, class_uid }) => class_uid === 2004 && activity_id === 3,
    );
    expect(closed.map(({ status_id, finding_info }) => [status_id, (finding_info as { uid: string }).uid])).toEqual([
      [4, 'r1'],
      [4, 'r2'],
    ]);
  });

  test('addresses in the evidence are endpoints, names of services are not', () => {
    const addresses = ['203.0.113.9', 'AWS Internal', '2001:db8::1', 7];
    const [event] = eventsOf(
      render(reportOf([findingOf({ rule: 'a', credential: keyOf('AKIA0', 'ci'), evidence: { addresses } })])),
    );
    expect((event!.evidences as object[]).slice(1)).toEqual([
      { src_endpoint: { ip: '203.0.113.9' } },
      { src_endpoint: { ip: '2001:db8::1' } },
    ]);
  });

  test('the last line says whether all was read and seen', () => {
    const last = (report: Report) => eventsOf(render(report)).at(-1)!;
    expect(last(cleanReport)).toMatchObject({ status: 'Success', status_detail: 'everything was read and seen' });
    const { unmapped, ...rest } = last(incompleteReport);
    expect(rest).toMatchObject({ activity_id: 99, activity_name: 'Incomplete', status: 'Failure' });
    expect((unmapped as { not_seen: unknown[] }).not_seen).toEqual(incompleteReport.coverage);
  });

  test.each([
    ['finding_info', { title: 'x' }],
    ['severity_id', 7],
    ['status_id', 'new'],
    ['evidences', [{}]],
    ['raw_data', 'x'],
  ])('the check refuses %s: %j', (field, value) => {
    const [event] = eventsOf(render(smallReport));
    expect(isDetection({ ...event, [field]: value })).toBe(false);
  });
});
