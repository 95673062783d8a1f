import { type Options, parse } from 'csv-parse/sync';
import { unnamedKey } from '../kinds.ts';
import type { Credential, CredentialKind } from '../model/credential.ts';
import type { JsonObject } from '../scan/wanted.ts';
import { withoutPath } from './cloudtrail-identity.ts';
import { digText, hasFields } from './dig.ts';
import { defineFormat, type Reader, type Sink } from './format.ts';
import { readInstant } from './instant.ts';
import { isBlank, keyListViews, NO_SERVICE_KEYS, UNDATED } from './key-list.ts';
import { tidy } from './redact.ts';

/** Credential reports of IAM: as CSV, and as `aws iam get-credential-report` answers. */
export const credentialReport = defineFormat({
  id: 'credential-report',
  title: 'IAM credential report',
  paths: {},
  unwrap: record => (isRow(record) || isAnswer(record) ? record : null),
  reader: createReader,
});

/** Where the rows of a report go. */
interface ReportSink extends Pick<Sink, 'credential' | 'malformed'> {
  /** Someone has more access keys than the report has room for. */
  overflow(): void;
}

/** Kinds of credential that a report lists whole. */
export const REPORTED: readonly CredentialKind[] = ['access-key', 'root-key', 'password'];

const OVERFLOW =
  'a user has more access keys than the report shows: `aws iam list-access-keys --user-name` shows all of them';
const NOT_A_REPORT = 'the content is not a credential report';

const isRow = (record: JsonObject): boolean =>
  hasFields(record, 'user', 'arn') &&
  (hasFields(record, 'access_key_1_active') || hasFields(record, 'password_enabled'));

const isAnswer = (record: JsonObject): boolean => hasFields(record, 'Content', 'ReportFormat');

function createReader(): Reader<Record<never, never>> {
  return {
    read(_, whole, sink) {
      const record = whole();
      if (isAnswer(record)) readAnswer(record, sink);
      else readReportRow(record, UNDATED, savedSink(sink));
    },
    views: () => keyListViews([NO_SERVICE_KEYS]),
  };
}

const savedSink = ({ credential, malformed }: Sink): ReportSink => ({
  credential,
  malformed,
  overflow: () => malformed(OVERFLOW),
});

/** A report with its date tells also what is gone; one that was not read whole does not. */
function readAnswer(record: JsonObject, sink: Sink): void {
  const generatedAt = readInstant(digText(record, 'GeneratedTime'));
  const csv = Buffer.from(digText(record, 'Content'), 'base64').toString('utf8');
  let kinds = REPORTED;
  const overflow = (): void => {
    kinds = REPORTED.filter(kind => kind !== 'access-key');
    sink.malformed(OVERFLOW);
  };
  const { accounts, isWhole } = readReport(csv, generatedAt ?? UNDATED, { ...savedSink(sink), overflow });
  if (generatedAt === undefined || !isWhole) return;
  for (const account of accounts) for (const kind of kinds) sink.census({ account, kind, observedAt: generatedAt });
}

/** What a report was of, and whether every row of it could be read. */
interface ReportEnd {
  readonly accounts: readonly string[];
  readonly isWhole: boolean;
}

/** Reads the CSV of a whole report. */
export function readReport(csv: string, observedAt: number, sink: ReportSink): ReportEnd {
  let isWhole = true;
  const malformed = (what: string): void => {
    isWhole = false;
    sink.malformed(what);
  };
  const noting: ReportSink = { ...sink, malformed };
  const accounts = new Set<string>();
  for (const row of rowsOf(csv, noting)) {
    const account = readReportRow(row, observedAt, noting);
    if (account !== '') accounts.add(account);
  }
  return { accounts: [...accounts].sort(), isWhole };
}

function rowsOf(csv: string, sink: ReportSink): JsonObject[] {
  const [header = [], ...rows] = parseCsv(csv, () => sink.malformed('a row that is not valid CSV'));
  const names = header.map(name => name.trim());
  if (!names.includes('user') || !names.includes('arn')) {
    sink.malformed(NOT_A_REPORT);
    return [];
  }
  return rows.flatMap(row => {
    if (row.length === names.length) return [Object.fromEntries(names.map((name, i) => [name, row[i]]))];
    sink.malformed('a row with not as many fields as the header has');
    return [];
  });
}

function parseCsv(csv: string, skip: () => void): string[][] {
  const options: Options = {
    bom: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: () => void skip(),
  };
  try {
    return parse(csv, options);
  } catch {
    return [];
  }
}

/** Reads the row of a user or of root, and gives the account it is of; the keys in it have no ids. */
function readReportRow(row: JsonObject, observedAt: number, sink: ReportSink): string {
  const owner = withoutPath(tidy(digText(row, 'arn')));
  const [, account, isRoot] = HOLDER.exec(owner) ?? [];
  if (account === undefined) {
    sink.malformed('a row whose ARN is not of a user or of root');
    return '';
  }
  const base = { provider: 'aws', owner, account, observedAt, isUseKnown: true } as const;
  const kind = isRoot === undefined ? 'access-key' : 'root-key';
  for (const [id, found] of readKeys(row, owner, sink)) sink.credential({ ...base, id, kind, ...found });
  // Root signs in under its own name, as a session; whether it has a password is not told for all accounts.
  const password = isRoot === undefined ? readPassword(row, sink) : null;
  if (password !== null) sink.credential({ ...base, id: `${owner}/password`, kind: 'password', ...password });
  if (hasMore(row)) sink.overflow();
  return account;
}

const HOLDER = /^arn:[\w-]+:iam::(\d{12}):(?:user\/.|(root)$)/;

const keyNumbers = (row: JsonObject): number[] =>
  Object.keys(row)
    .map(name => Number(/^access_key_([1-9]\d{0,2})_active$/.exec(name)?.[1]))
    .filter(number => number > 0);

type Found = Pick<Credential, 'active' | 'createdAt' | 'lastUsedAt'>;

/** The keys of a row under names that the next report gives them as well, unless two were made in the same second. */
function readKeys(row: JsonObject, owner: string, sink: ReportSink): Map<string, Found> {
  const keys = new Map<string, Found>();
  for (const number of keyNumbers(row)) {
    const found = readKey(row, number, sink);
    if (found === null) continue;
    const id = unnamedKey(owner, number, found.createdAt);
    keys.set(keys.has(id) ? unnamedKey(owner, number) : id, found);
  }
  return keys;
}

/** A key that is switched off has a date still; where there is none, nothing has. */
function readKey(row: JsonObject, number: number, sink: ReportSink): Found | null {
  const active = flagIn(row, `access_key_${number}_active`, sink);
  const createdAt = dateIn(row, `access_key_${number}_last_rotated`, sink);
  const lastUsedAt = dateIn(row, `access_key_${number}_last_used_date`, sink);
  if (active !== true && createdAt === undefined && lastUsedAt === undefined) return null;
  return {
    ...(active !== undefined && { active }),
    ...(createdAt !== undefined && { createdAt }),
    ...(lastUsedAt !== undefined && { lastUsedAt }),
  };
}

/** When it was last changed is not how old it is. */
function readPassword(row: JsonObject, sink: ReportSink): Found | null {
  if (flagIn(row, 'password_enabled', sink) !== true) return null;
  const lastUsedAt = dateIn(row, 'password_last_used', sink);
  return { active: true, ...(lastUsedAt !== undefined && { lastUsedAt }) };
}

function flagIn(row: JsonObject, column: string, sink: ReportSink): boolean | undefined {
  const text = digText(row, column).trim().toLowerCase();
  if (text === 'true' || text === 'false') return text === 'true';
  if (!isBlank(text)) sink.malformed(`a row with an unreadable ${column}`);
  return undefined;
}

function dateIn(row: JsonObject, column: string, sink: ReportSink): number | undefined {
  const text = digText(row, column).trim();
  const at = readInstant(text);
  if (at === undefined && !isBlank(text)) sink.malformed(`a row with an unreadable ${column}`);
  return at;
}

/** What the report says of keys beyond those it has columns for; it says the same of certificates, which are no keys. */
function hasMore(row: JsonObject): boolean {
  const text = digText(row, 'additional_credentials_info');
  return !isBlank(text) && text.trim() !== '0' && (/access.?key/i.test(text) || !/certificate/i.test(text));
}
