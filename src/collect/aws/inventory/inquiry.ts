import { groupBy } from '../../../group.ts';
import type { Damage } from '../../../model/batch.ts';
import { dig, digList, digText } from '../../../normalise/dig.ts';
import { compareText, someText } from '../../../wording.ts';
import type { Trouble } from '../../service/trouble.ts';
import type { Access } from '../access.ts';
import { roomy } from '../signals.ts';
import { explain } from '../trouble.ts';
import { openIam, type Iam, type Marker } from './iam.ts';

/** A kind of question: the permission it takes and what its answer tells of. */
export interface Question {
  readonly permission: string;
  readonly thing: string;
}

/** All pages of a list, or those before the one that could not be had. */
interface Listed {
  readonly rows: readonly unknown[];
  readonly isWhole: boolean;
}

/** Asks IAM questions and keeps what went wrong, so that one refusal is told once for all that it hit. */
export interface Inquiry {
  /** The answer, or null when there is none. */
  ask(question: Question, subject: string, put: (iam: Iam) => Promise<unknown>): Promise<unknown>;
  /** Every page of the list of that name in the answers. */
  askAll(
    question: Question,
    subject: string,
    list: string,
    put: (iam: Iam, marker: Marker) => Promise<unknown>,
  ): Promise<Listed>;
  /** Notes that an answer was of no use. */
  fail(question: Question, subject: string, what: string): void;
  damage(): readonly Damage[];
}

interface Failure {
  readonly thing: string;
  readonly kind: Trouble['kind'];
  readonly subject: string;
  readonly what: string;
}

const SHOWN = 3;
const INTERRUPTED: Damage = { where: '', what: 'interrupted before the key inventory was read to its end', count: 1 };

/** An inquiry into an account; once the run is aborted nothing more is asked. */
export async function openInquiry(access: Access, signal: AbortSignal): Promise<Inquiry> {
  const end = roomy(signal);
  const iam = await openIam(access, end);
  const ended = endOf(end);
  const failures: Failure[] = [];
  const ask: Inquiry['ask'] = async ({ permission, thing }, subject, put) => {
    if (signal.aborted) return null;
    try {
      return await Promise.race([put(iam), ended]);
    } catch (error) {
      if (!signal.aborted) failures.push({ thing, subject, ...explain(error, permission) });
      return null;
    }
  };
  const fail: Inquiry['fail'] = ({ thing }, subject, what) =>
    void failures.push({ thing, subject, kind: 'other', what });
  return {
    ask,
    fail,
    askAll: (question, subject, list, put) =>
      listAll(
        list,
        marker => ask(question, subject, client => put(client, marker)),
        what => fail(question, subject, what),
      ),
    damage: () => [...toDamage(failures), ...(signal.aborted ? [INTERRUPTED] : [])],
  };
}

/** Null as soon as the run is aborted: a client that waits before it tries again does not look up. */
function endOf(signal: AbortSignal): Promise<null> {
  return new Promise(resolve => signal.addEventListener('abort', () => resolve(null), { once: true }));
}

async function listAll(
  list: string,
  pageAt: (marker: Marker) => Promise<unknown>,
  fail: (what: string) => void,
): Promise<Listed> {
  const rows: unknown[] = [];
  const past = new Set<Marker>();
  const failed = (what: string): Listed => {
    fail(what);
    return { rows, isWhole: false };
  };
  for (let marker: Marker; ; past.add(marker)) {
    const page = await pageAt(marker);
    if (page === null) return { rows, isWhole: false };
    for (const row of digList(page, list)) rows.push(row);
    const goesOn = dig(page, 'IsTruncated');
    if (goesOn === undefined && dig(page, list) === undefined)
      return failed('what answered is not IAM: a proxy may stand in between');
    if (goesOn !== true) return { rows, isWhole: true };
    marker = digText(page, 'Marker');
    if (marker === '' || past.has(marker))
      return failed('IAM says that the list goes on, but nowhere new: try again later');
  }
}

/** One line for all that failed in one way, in an order of its own. */
function toDamage(failures: readonly Failure[]): Damage[] {
  const alike = groupBy(failures, ({ thing, kind }) => `${thing}\n${kind}`);
  return Array.from(alike.values(), damageOf).sort(
    (a, b) => compareText(a.where, b.where) || compareText(a.what, b.what),
  );
}

function damageOf(failures: readonly Failure[]): Damage {
  const [first] = failures.toSorted((a, b) => compareText(a.subject, b.subject) || compareText(a.what, b.what));
  const subjects = [...new Set(failures.map(({ subject }) => subject))].filter(name => name !== '').sort(compareText);
  const { thing, what } = first!;
  return {
    where: subjects.length === 0 ? thing : `${thing} of ${someText(subjects, SHOWN)}`,
    what,
    count: failures.length,
  };
}
