import type { Batch, Completion, Damage } from '../../model/batch.ts';
import type { Views } from '../../model/coverage.ts';
import type { Format } from '../../normalise/format.ts';
import type { Bytes, Fault } from '../../scan/inflate.ts';
import { scan } from '../../scan/scan.ts';
import type { Unwanted } from '../../scan/wanted.ts';
import { createIntake } from './intake.ts';

/** Names whose bearer claims to be a log: such a file is damage when it is not recognised. */
const LOG_LIKE = /\.(?:json|jsonl|ndjson|gz|zst|csv|log)$/i;

const UNRECOGNISED = 'not recognised as an audit log';
const EMPTY = 'the file is empty';
const NO_RECORD = 'the file holds no record';

/** Prompts and answers that were too long for the log of model invocations: any JSON there is. */
const PROMPT = /(?:^|\/)BedrockModelInvocationLogs\/.*_(?:input|output)\.json\.gz$/;

/** Whether an object beside the log of model invocations holds a prompt or an answer, which nobody needs to read. */
export const isPrompt = (name: string): boolean => PROMPT.test(name);

export const isLogLike = (name: string): boolean => LOG_LIKE.test(name) && !isPrompt(name);

/** What records are taken for. */
interface Known {
  readonly formats: readonly Format[];
  readonly others: readonly Unwanted[];
}

/** Reads the bytes of one file into batches of events; `isLog` says that it ought to be a log. Never throws on bad input. */
export async function* readBytes(
  bytes: Bytes,
  isLog: boolean,
  { formats, others }: Known,
): AsyncGenerator<Batch, Completion, void> {
  const intake = createIntake();
  const sorts = new Map<string, number>();
  let unknown = 0;
  const scanned = scan(bytes, formats, others);
  let step = await scanned.next();
  for (; !step.done; step = await scanned.next()) {
    for (const { wanted, fields, whole } of step.value.rows) {
      intake.readerOf(wanted).read(fields, whole, intake.sink);
    }
    unknown += step.value.unknown;
    for (const [what, count] of step.value.others) sorts.set(what, (sorts.get(what) ?? 0) + count);
    yield { ...intake.take(), size: step.value.bytes };
  }
  const damage = [...step.value.damage, ...intake.damage()];
  const { lists } = step.value;
  const isBare = damage.length === 0 && unknown + sorts.size + intake.kinds().length === 0;
  if (isBare) for (const format of formatsHolding(lists, formats)) intake.readerOf(format);
  return conclude({
    kinds: intake.kinds(),
    fault: bytes.fault(),
    views: intake.views(),
    sorts: [...sorts.keys()].sort(),
    unknown,
    damage,
    emptiness: lists.size > 0 ? '' : bytes.taken() === 0 ? EMPTY : NO_RECORD,
    isLog,
  });
}

/** The first format that each envelope belongs to. */
const formatsHolding = (lists: ReadonlySet<string>, formats: readonly Format[]): Format[] =>
  [...lists].flatMap(key => formats.find(({ envelopes = [] }) => envelopes.includes(key)) ?? []);

interface Outcome {
  readonly kinds: readonly string[];
  readonly views: Views | null;
  readonly sorts: readonly string[];
  readonly unknown: number;
  readonly damage: readonly Damage[];
  /** What to say of a log without a record; empty when it had a list that may be empty. */
  readonly emptiness: string;
  readonly isLog: boolean;
  readonly fault: Fault | null;
}

function conclude(outcome: Outcome): Completion {
  const { kinds, views, sorts, unknown, damage, emptiness, isLog, fault } = outcome;
  const isWhole = damage.length === 0 && unknown === 0;
  if (kinds.length > 0) {
    const all = [...damage, ...unrecognised(unknown)];
    return { complete: isWhole, kind: kinds.join(' + '), views, damage: all, skipped: false };
  }
  if (isWhole && sorts.length > 0) return skipped(sorts.join(' + '));
  if (isWhole && isLog) {
    const all = emptiness === '' ? [] : [{ where: '', what: emptiness, count: 1 }];
    return { complete: emptiness === '', kind: '', views: null, damage: all, skipped: false };
  }
  const isUnread = fault?.isUnread === true;
  if (!isLog && !isUnread) return skipped(UNRECOGNISED);
  const strange = isUnread ? [] : [{ where: '', what: UNRECOGNISED, count: Math.max(1, unknown) }];
  // First what explains the rest: a fault of the bytes, or else that this is something other than a log.
  const all = fault === null ? [...strange, ...damage] : [...damage, ...strange];
  return { complete: false, kind: sorts.join(' + '), views: null, damage: all, skipped: false };
}

const skipped = (kind: string): Completion => ({ complete: true, kind, views: null, damage: [], skipped: true });

const unrecognised = (count: number): readonly Damage[] =>
  count === 0 ? [] : [{ where: '', what: 'records not recognised as audit events', count }];
