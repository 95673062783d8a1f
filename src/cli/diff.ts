import { Chalk } from 'chalk';
import { compare, type Comparison, unsoughtTexts } from '../compare.ts';
import type { Finding } from '../model/finding.ts';
import { isoOf } from '../report/dates.ts';
import { escapeHidden, findingFields } from '../report/json.ts';
import { plain, shortId, shortName } from '../report/plain.ts';
import { withSeparators } from '../wording.ts';
import { type Io, isColored, print, widthOf } from './io.ts';
import { wrap } from './layout.ts';
import { readSaved } from './saved.ts';

/** Options of `keyward diff`, as the command line gives them. */
export interface DiffFlags {
  readonly json?: boolean;
  readonly color: boolean;
}

/** `keyward diff`: what a later report has and an earlier one had not, and the other way round. */
export async function diffCommand(before: string, after: string, flags: DiffFlags, io: Io): Promise<number> {
  const [earlier, later] = [readSaved(before, io), readSaved(after, io)];
  const comparison = compare(earlier, { ...later, hidden: later.suppressed });
  const times = { before: earlier.now, after: later.now };
  const text = flags.json
    ? `${escapeHidden(JSON.stringify(asJson(comparison, times), null, 2))}\n`
    : `${linesOf(comparison, { names: [before, after], times }, widthOf(io), isColored(io, flags.color)).join('\n')}\n`;
  await print(io.stdout, [text]);
  return 0;
}

interface Times {
  readonly before: number;
  readonly after: number;
}

const ofStatus = ({ findings }: Comparison, status: Finding['status']): Finding[] =>
  findings.filter(finding => finding.status === status);

function asJson(comparison: Comparison, { before, after }: Times) {
  const { changed, resolved, unsought } = comparison;
  return {
    schema: 'keyward.diff/1',
    before: { now: isoOf(before) },
    after: { now: isoOf(after) },
    new: ofStatus(comparison, 'new').map(findingFields),
    recurred: ofStatus(comparison, 'recurred').map(findingFields),
    changed: changed.map(({ before, after }) => ({ before: findingFields(before), after: findingFields(after) })),
    resolved: resolved.map(findingFields),
    notLookedFor: unsought.map(findingFields),
    unchanged: unchangedIn(comparison),
  };
}

const unchangedIn = (comparison: Comparison): number =>
  ofStatus(comparison, 'known').length - comparison.changed.length;

function linesOf(
  comparison: Comparison,
  { names, times }: { readonly names: readonly [string, string]; readonly times: Times },
  width: number,
  color: boolean,
): string[] {
  const { bold, dim } = new Chalk({ level: color ? 1 : 0 });
  const { changed, resolved, unsought } = comparison;
  const section = (title: string, lines: readonly (readonly string[])[]): string[] =>
    lines.length === 0 ? [] : ['', bold(`${title}  ${withSeparators(lines.length)}`), ...lines.flat()];
  const told = (finding: Finding, lead = finding.severity as string): string[] => [
    `  ${bold(lead)}  ${nameOf(finding)}  ${finding.rule}  ${dim(finding.fingerprint)}`,
    ...wrap(plain(finding.message), width, '    '),
  ];
  const rest = unchangedIn(comparison);
  const [from, to] = [times.before, times.after].map(minuteOf);
  return [
    ...wrap(`${bold('keyward diff')}  ${plain(names[0])} (${from}) → ${plain(names[1])} (${to})`, width),
    ...section(
      'NEW',
      ofStatus(comparison, 'new').map(finding => told(finding)),
    ),
    ...section(
      'BACK AGAIN',
      ofStatus(comparison, 'recurred').map(finding => told(finding)),
    ),
    ...section(
      'CHANGED',
      changed.map(({ before, after }) => told(after, changeText(before, after))),
    ),
    ...section(
      'RESOLVED',
      resolved.map(finding => told(finding)),
    ),
    ...section(
      'NOT LOOKED FOR',
      unsought.map(finding => told(finding)),
    ),
    ...unsoughtTexts(unsought).flatMap(text => wrap(text, width, '  ')),
    '',
    `${withSeparators(rest)} unchanged`,
  ];
}

const changeText = (before: Finding, after: Finding): string =>
  before.severity === after.severity ? after.severity : `${before.severity} → ${after.severity}`;

const nameOf = ({ credential, subject }: Finding): string =>
  credential === null ? shortName(plain(subject)) : shortId(plain(credential.id));

const minuteOf = (at: number): string => `${isoOf(at).slice(0, 16).replace('T', ' ')} UTC`;
