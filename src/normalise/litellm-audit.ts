import type { View, Views } from '../model/coverage.ts';
import type { JsonObject } from '../scan/wanted.ts';
import { contentId } from './content-id.ts';
import { digList, digText, hasFields, isObject, textOf } from './dig.ts';
import { eventBy } from './event-by.ts';
import { defineFormat, type Reader, type Sink } from './format.ts';
import { objectIn, readTime } from './litellm-call.ts';
import { type Change, tellChange } from './litellm-deeds.ts';
import { createLitellmAnnouncer, identify, nameIn } from './litellm-identity.ts';
import { memoised } from './memo.ts';
import { tidy } from './redact.ts';
import { blind } from './view.ts';

/** LiteLLM's audit log: who made, changed, blocked, rotated and deleted keys, users and teams. */
export const litellmAudit = defineFormat({
  id: 'litellm-audit',
  title: 'LiteLLM audit log',
  paths: {},
  unwrap: record => (isChange(record) || isPage(record) ? record : null),
  reader: createReader,
});

const isChange = (record: JsonObject): boolean =>
  hasFields(record, 'table_name', 'object_id', 'action', 'changed_by', 'updated_at');

const isPage = (record: JsonObject): boolean =>
  Array.isArray(record['audit_logs']) && hasFields(record, 'page', 'total_pages');

function createReader(): Reader<Record<never, never>> {
  const announce = createLitellmAnnouncer();
  const read = (row: unknown, sink: Sink): void => {
    const change = isObject(row) && isChange(row) ? changeIn(row) : undefined;
    if (change === undefined || !isObject(row)) sink.malformed('a record of the audit log without a readable time');
    else tell(row, change, announce, sink);
  };
  return {
    read(_, whole, sink) {
      const record = whole();
      if (isChange(record)) return read(record, sink);
      for (const row of digList(record, 'audit_logs')) read(row, sink);
      if (Number(digText(record, 'total_pages')) > 1) sink.malformed('one page of several: save the log whole');
    },
    views: () => VIEWS,
  };
}

function changeIn(row: JsonObject): Change | undefined {
  const at = readTime(textOf(row['updated_at']));
  if (at === undefined) return undefined;
  return {
    at,
    table: tableOf(textOf(row['table_name'])),
    action: tidy(textOf(row['action']).trim(), 32).toLowerCase(),
    object: textOf(row['object_id']),
    before: objectIn(row, 'before_value'),
    after: objectIn(row, 'updated_values'),
  };
}

const tableOf = (name: string): string => tidy(name.trim().replace(/^LiteLLM_/i, ''), 64);

function tell(row: JsonObject, change: Change, announce: ReturnType<typeof createLitellmAnnouncer>, sink: Sink): void {
  const { deed, target, seen } = tellChange(change);
  const key = textOf(row['changed_by_api_key']);
  const identity = identify({ key, user: textOf(row['changed_by']), team: '', isStranger: false });
  announce({ identity, alias: '', team: '', email: '' }, sink);
  for (const credential of seen) sink.credential(credential);
  const event = eventBy(identity, {
    at: change.at,
    deed,
    example: nameIn(textOf(row['id'])) || contentId(row),
    action: actionOf(`${change.table}\n${change.action}`),
    outcome: 'ok',
    address: '',
    target,
  });
  sink.event(event);
}

const NOUNS: Readonly<Record<string, string>> = {
  VerificationToken: 'key',
  UserTable: 'user',
  TeamTable: 'team',
  ProxyModelTable: 'model',
};

const actionOf = memoised(500, text => {
  const [table = '', action = ''] = text.split('\n');
  const noun = Object.hasOwn(NOUNS, table) ? NOUNS[table]! : table.toLowerCase() || 'row';
  return `litellm:${noun}-${action || 'changed'}`;
});

const unseen = (why: string): View => blind(`the audit log of LiteLLM has no ${why}`);

const VIEWS: Views = {
  calls: unseen('calls: its spend logs do'),
  tokens: unseen('token counts: its spend logs do'),
  places: unseen('addresses'),
  deeds: { blind: false, gaps: [] },
  'sign-ins': unseen('sign-ins'),
  inventory: {
    blind: false,
    gaps: ['no list of keys: `GET /key/list?return_full_object=true` of the proxy gives one'],
  },
};
