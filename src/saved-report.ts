import { UserError } from './errors.ts';
import type { Coverage } from './model/coverage.ts';
import type { Finding, HeldCredential, Json } from './model/finding.ts';
import type { ResolvedFinding } from './model/report.ts';
import { REPORT_SCHEMA } from './report/json.ts';
import { SEVERITIES } from './severity.ts';

/** A JSON report that was written earlier, as far as others are held against it. */
export interface SavedReport {
  readonly now: number;
  readonly complete: boolean;
  readonly coverage: readonly Pick<Coverage, 'rule' | 'state'>[];
  readonly findings: readonly Finding[];
  /** What was gone then, and had been told before. */
  readonly resolved: readonly ResolvedFinding[];
  /** Fingerprints of what was found and not told. */
  readonly suppressed: ReadonlySet<string>;
}

/** Reads a JSON report; anything else is a `UserError` that says where it is wrong. */
export function parseReport(text: string, name: string): SavedReport {
  const report = new Reader(parsed(text, name), name, 'the file');
  if (report.fields['schema'] !== REPORT_SCHEMA) throw foreign(name, `its schema is not ${REPORT_SCHEMA}`);
  const run = report.object('run');
  return {
    now: run.instant('now'),
    complete: run.flag('complete'),
    coverage: report.list('coverage').map(line => ({
      rule: line.text('rule'),
      state: line.oneOf('state', ['evaluated', 'partial', 'blind']),
    })),
    findings: report.list('findings').map(findingIn),
    resolved: report.list('resolved').map(each => ({
      fingerprint: each.text('fingerprint'),
      rule: each.text('rule'),
      subject: each.text('subject'),
      lastSeen: each.instant('lastSeen'),
    })),
    suppressed: new Set(report.list('suppressed').map(each => each.text('fingerprint'))),
  };
}

function findingIn(fields: Reader): Finding {
  const remediation = fields.object('remediation');
  return {
    fingerprint: fields.text('fingerprint'),
    rule: fields.text('rule'),
    family: fields.oneOf('family', ['lifetime', 'place', 'volume', 'campaign', 'platform', 'register']),
    kind: fields.oneOf('kind', ['fact', 'signal']),
    severity: fields.oneOf('severity', SEVERITIES),
    status: fields.oneOf('status', ['new', 'recurred', 'known']),
    subject: fields.text('subject'),
    members: fields.texts('members'),
    episodes: fields.list('episodes').map(each => ({ from: each.instant('from'), until: each.instant('until') })),
    title: fields.text('title'),
    message: fields.text('message'),
    credential: fields.fields['credential'] === null ? null : credentialIn(fields.object('credential')),
    firstSeen: fields.instant('firstSeen'),
    lastSeen: fields.instant('lastSeen'),
    evidence: fields.object('evidence').fields as Finding['evidence'],
    examples: fields.list('examples').map(each => ({
      event: each.text('event'),
      file: each.fields['file'] === null ? null : each.text('file'),
    })),
    corroboratedBy: fields.texts('corroboratedBy'),
    remediation: { summary: remediation.text('summary'), commands: remediation.texts('commands') },
    references: fields.texts('references'),
  };
}

/** Kinds and providers that a later version adds are shown as they stand. */
const credentialIn = (fields: Reader): HeldCredential => ({
  id: fields.text('id'),
  provider: fields.text('provider') as HeldCredential['provider'],
  kind: fields.text('kind') as HeldCredential['kind'],
  owner: fields.text('owner'),
  account: fields.text('account'),
  createdAt: fields.fields['createdAt'] === null ? null : fields.instant('createdAt'),
});

/** One object of a report; a field that is not what it must be is told by its path. */
class Reader {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly #name: string;
  readonly #path: string;

  constructor(value: unknown, name: string, path: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw foreign(name, `${path} is not an object`);
    this.fields = value as Readonly<Record<string, unknown>>;
    this.#name = name;
    this.#path = path;
  }

  text(key: string): string {
    const value = this.fields[key];
    return typeof value === 'string' ? value : this.#refuse(key, 'text');
  }

  flag(key: string): boolean {
    const value = this.fields[key];
    return typeof value === 'boolean' ? value : this.#refuse(key, 'true or false');
  }

  instant(key: string): number {
    const at = Date.parse(this.text(key));
    return Number.isNaN(at) ? this.#refuse(key, 'a time') : at;
  }

  oneOf<T extends string>(key: string, valid: readonly T[]): T {
    return valid.find(one => one === this.fields[key]) ?? this.#refuse(key, `one of ${valid.join(', ')}`);
  }

  object(key: string): Reader {
    return new Reader(this.fields[key], this.#name, this.#pathOf(key));
  }

  list(key: string): Reader[] {
    return this.#items(key).map((item, i) => new Reader(item, this.#name, `${this.#pathOf(key)}[${i}]`));
  }

  texts(key: string): string[] {
    return this.#items(key).map(item => (typeof item === 'string' ? item : this.#refuse(key, 'a list of text')));
  }

  #items(key: string): readonly Json[] {
    const value = this.fields[key];
    return Array.isArray(value) ? (value as readonly Json[]) : this.#refuse(key, 'a list');
  }

  #pathOf(key: string): string {
    return this.#path === 'the file' ? key : `${this.#path}.${key}`;
  }

  #refuse(key: string, wanted: string): never {
    throw foreign(this.#name, `${this.#pathOf(key)} is not ${wanted}`);
  }
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw foreign(name, 'it is not JSON');
  }
}

const foreign = (name: string, why: string): UserError =>
  new UserError(`${name} is not a report of keyward: ${why}`, 'Give one that was written with --out json=FILE.');
