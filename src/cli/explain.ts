import { Chalk } from 'chalk';
import { UserError } from '../errors.ts';
import { judgeExample } from '../example.ts';
import type { Finding } from '../model/finding.ts';
import type { OptionSpec } from '../model/option.ts';
import type { SavedReport } from '../saved-report.ts';
import { withSeparators } from '../wording.ts';
import { rules } from '../rules/index.ts';
import type { Rule } from '../rules/rule.ts';
import { type Io, isColored, print, widthOf } from './io.ts';
import { wrap } from './layout.ts';
import { findingPage } from './finding-page.ts';
import { named } from './named.ts';
import { reportOfState } from './state.ts';
import { readSaved } from './saved.ts';

/** Options of `keyward explain`, as the command line gives them. */
export interface ExplainFlags {
  readonly from?: string;
  readonly state?: string;
  readonly color: boolean;
}

/** `keyward explain`: a rule's page in the terminal, or all that a report holds of one finding. */
export async function explainCommand(id: string, { from, state, color }: ExplainFlags, io: Io): Promise<number> {
  const [width, isColor] = [widthOf(io), isColored(io, color)];
  const lines =
    from !== undefined
      ? findingPage(findingNamed(id, from, readSaved(from, io)), width, isColor)
      : state !== undefined
        ? findingPage(findingNamed(id, state, reportOfState(state, io)), width, isColor)
        : pageOf(ruleNamed(id), width, isColor);
  await print(io.stdout, [`${lines.join('\n')}\n`]);
  return 0;
}

function ruleNamed(id: string): Rule {
  if (!FINGERPRINT.test(id)) return named('rule', id, rules);
  throw new UserError(`'${id}' is a finding`, 'Name what holds it: --from report.json, or --state FOLDER.');
}

const FINGERPRINT = /^[0-9a-f]{6,16}$/;

/** The one finding whose fingerprint begins so. */
function findingNamed(start: string, from: string, { findings }: SavedReport): Finding {
  const found = findings.filter(({ fingerprint }) => fingerprint.startsWith(start));
  if (found.length === 1) return found[0]!;
  const why = found.length === 0 ? 'no finding' : `${withSeparators(found.length)} findings`;
  throw new UserError(`${from} holds ${why} of fingerprint '${start}'`, 'Its findings have a `fingerprint` each.');
}

/** All there is to say about a rule, as lines of text. */
function pageOf(rule: Rule, width: number, color: boolean): string[] {
  const { bold } = new Chalk({ level: color ? 1 : 0 });
  const section = (title: string, lines: readonly string[]) => (lines.length > 0 ? ['', bold(title), ...lines] : []);
  const bullets = (texts: readonly string[]) => texts.flatMap(text => wrap(text, width, '  - ', '    '));
  return [
    `${bold(rule.title)}  ${rule.id}`,
    ...wrap(standingOf(rule), width),
    '',
    ...wrap(rule.description, width),
    ...section('What it says', examplesOf(rule, width)),
    ...section('When it errs', bullets(rule.falsePositives)),
    ...section(`Options, under rules.${rule.id} in keyward.yaml`, optionsOf(rule, width)),
    ...section('What to do', wrap(rule.remediation, width, '  ')),
    ...section('See also', bullets(rule.references)),
  ];
}

function standingOf({ family, kind, severity, severities }: Rule): string {
  return `${family}, ${kind}, ${severity}.${severities === undefined ? '' : ` ${severities}`}`;
}

/** The loud examples, each with the very sentences the rule gives. */
function examplesOf(rule: Rule, width: number): string[] {
  return rule
    .examples()
    .filter(({ expect }) => expect.length > 0)
    .flatMap(example => [
      ...wrap(`${example.title}:`, width, '  '),
      ...judgeExample(rule, example).findings.flatMap(({ severity, message }) =>
        wrap(`${severity}: ${message}`, width, '    ', '      '),
      ),
    ]);
}

function optionsOf({ options }: Rule, width: number): string[] {
  return Object.entries(options).flatMap(([name, option]) => {
    const usual = defaultOf(option);
    const head = `  ${name}  default ${usual}${rangeOf(option)}`;
    const meaning = wrap(option.describe, width, '    ');
    if (head.length <= width) return [head, ...meaning];
    return [`  ${name}`, ...meaning, ...wrap(`Default: ${usual}.`, width, '    ')];
  });
}

function defaultOf(option: OptionSpec): string {
  if ('item' in option) return option.default.join(', ') || 'none';
  return typeof option.default === 'number' ? numberText(option.default) : String(option.default);
}

/** Separators come with one decimal at most. */
const numberText = (value: number): string => (Number.isInteger(value) ? withSeparators(value) : String(value));

/** From here on a limit only says that there is none. */
const ANY_NUMBER = 1_000_000;

function rangeOf(option: OptionSpec): string {
  if (!('min' in option) || option.max >= ANY_NUMBER) return '';
  return `, from ${numberText(option.min)} to ${numberText(option.max)}`;
}
