import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import type { AuditEvent } from '../src/model/event.ts';
import { anthropicActivity } from '../src/normalise/anthropic-activity.ts';
import { dig, digText, isObject, parseJson } from '../src/normalise/dig.ts';
import type { JsonObject } from '../src/scan/wanted.ts';

const corpus = process.env['KEYWARD_CORPUS'] ?? '';
const file = join(corpus, 'panther', 'anthropic_rules.jsonl');

beforeEach(context => {
  if (corpus === '') context.skip('KEYWARD_CORPUS is not set');
  if (!existsSync(file)) context.skip(`there is no ${file}`);
});

/** By rule and case, what each log is. Sharing of chats and artifacts, and servers of tools, open no way to keys. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  'Role.Granted': ['grant of user_01DEF', 'use'],
  'Admin.API.Key.Deleted': ['delete', 'create'],
  'Artifact.Shared.Publicly': ['use', 'use', 'use'],
  'Spend.Limit.Deleted': ['silence', 'use'],
  'Excessive.Chat.Access.Failures': ['use, denied', 'use', 'use by key_01ABC, denied'],
  'SSO.Disabled': ['silence', 'use', 'silence', 'sign-in'],
  'IP.Restriction.Deleted': ['silence', 'use'],
  'Service.Key.Created': ['create', 'delete'],
  'Org.User.Deleted': ['delete of user_01DEF', 'grant'],
  'MCP.Server.Deleted': ['use', 'use'],
  'Integration.Connected': ['use', 'use'],
  'MCP.Server.Created': ['use', 'use'],
};

/** What became of a record, in a few words; each is judged on its own. */
function tell(record: JsonObject): string {
  const inner = anthropicActivity.unwrap(record);
  if (inner === null) return 'another log';
  const events: AuditEvent[] = [];
  const words: string[] = [];
  anthropicActivity.reader().read({}, () => inner, {
    event: event => void events.push(event),
    credential: () => undefined,
    census: () => undefined,
    ignore: () => void words.push('left out'),
    malformed: what => void words.push(what),
  });
  for (const { deed, target, outcome, credential } of events) {
    const by = credential.startsWith('user_') ? '' : ` by ${credential}`;
    words.push(`${deed}${target === '' ? '' : ` of ${target}`}${by}${outcome === 'ok' ? '' : `, ${outcome}`}`);
  }
  return words.join('; ');
}

test('every log of the detection rules for Anthropic is what it should be', () => {
  const cases = readFileSync(file, 'utf8').split('\n').map(parseJson).filter(isObject);
  const told: Record<string, string[]> = {};
  for (const each of cases) {
    const log = dig(each, 'log');
    const rule = digText(each, 'rule').replace('Anthropic.Activity.', '');
    (told[rule] ??= []).push(isObject(log) ? tell(log) : 'no log');
  }
  expect(told).toEqual(EXPECTED);
});
