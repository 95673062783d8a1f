/** The columns, in order; a new one goes to the end, so that nobody's sheet moves. */
export const COLUMNS = [
  'record',
  'severity',
  'status',
  'rule',
  'subject',
  'message',
  'first_seen',
  'last_seen',
  'provider',
  'account',
  'credential',
  'credential_kind',
  'owner',
  'created',
  'advice',
  'commands',
  'title',
  'family',
  'kind',
  'members',
  'episodes',
  'corroborated_by',
  'events',
  'evidence',
  'references',
  'fingerprint',
  'incident',
] as const;

/** What a row is about: a finding, or what else a reader of findings must know. */
export type RecordKind = 'finding' | 'suppressed' | 'resolved' | 'not seen' | 'source' | 'run';

/** The cells of a row that are not empty. */
export type Row = { readonly [name in (typeof COLUMNS)[number]]?: string } & { readonly record: RecordKind };
