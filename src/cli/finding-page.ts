import { Chalk } from 'chalk';
import type { Finding, Json } from '../model/finding.ts';
import { isoOf } from '../report/dates.ts';
import { plain } from '../report/plain.ts';
import { withSeparators } from '../wording.ts';
import { wrap } from './layout.ts';

/** All that a report holds of one finding, as lines of text. */
export function findingPage(finding: Finding, width: number, color: boolean): string[] {
  const { bold } = new Chalk({ level: color ? 1 : 0 });
  const section = (title: string, lines: readonly string[]) => (lines.length > 0 ? ['', bold(title), ...lines] : []);
  const { rule, severity, title, message, fingerprint, episodes, members, remediation, corroboratedBy } = finding;
  const { summary, commands } = remediation;
  return [
    `${bold(title)}  ${rule}`,
    ...wrap(`${severity}, ${finding.kind}, ${finding.status}, ${fingerprint}`, width),
    '',
    ...wrap(plain(message), width),
    ...section('About', factLines(aboutOf(finding), width)),
    ...section(
      'When',
      episodes.map(({ from, until }) => `  ${minuteOf(from)} – ${minuteOf(until)}`),
    ),
    ...section('Evidence', factLines(finding.evidence, width)),
    ...section('Examples', finding.examples.map(exampleLine)),
    ...section('Members', wrap(members.map(plainly).join(', '), width, '  ')),
    ...section('Raised by', wrap(corroboratedBy.join(', '), width, '  ')),
    ...section('What to do', [...wrap(summary, width, '  '), ...commands.map(command => `  ${plain(command)}`)]),
    ...section(
      'See also',
      finding.references.map(reference => `  ${reference}`),
    ),
    '',
    `keyward explain ${rule}  what the rule means and when it errs`,
  ];
}

const plainly = (text: string): string => plain(text);

const exampleLine = ({ event, file }: Finding['examples'][number]): string =>
  `  ${plain(event)}${file === null ? '' : `  ${plain(file)}`}`;

function aboutOf({ credential, subject }: Finding): Finding['evidence'] {
  if (credential === null) return { subject };
  const { id, kind, owner, account, createdAt } = credential;
  return { [kind]: id, owner, account, created: createdAt === null ? 'not known' : minuteOf(createdAt) };
}

/** Names and values, lists and what is nested a step further in. */
function factLines(facts: { readonly [key: string]: Json }, width: number, margin = '  '): string[] {
  return Object.entries(facts).flatMap(([name, value]) => {
    const lead = `${margin}${wordsOf(name)}: `;
    if (isBundle(value)) return [lead.trimEnd(), ...bundleLines(value, width, `${margin}  `)];
    const text = Array.isArray(value) ? value.map(scalarText).join(', ') : scalarText(value);
    return text === '' ? [] : wrap(text, width, lead, `${margin}  `);
  });
}

type Bundle = readonly Json[] | { readonly [key: string]: Json };

/** Whether something is nested in it that needs lines of its own. */
function isBundle(value: Json): value is Bundle {
  if (typeof value !== 'object' || value === null) return false;
  return !Array.isArray(value) || value.some(item => typeof item === 'object' && item !== null);
}

const bundleLines = (value: Bundle, width: number, margin: string): string[] =>
  Array.isArray(value)
    ? value.flatMap((item: Json) => itemLines(item, width, margin))
    : factLines(value as { readonly [key: string]: Json }, width, margin);

/** An item of a list: its facts on one line. */
function itemLines(item: Json, width: number, margin: string): string[] {
  if (typeof item !== 'object' || item === null) return wrap(scalarText(item), width, `${margin}- `, `${margin}  `);
  const facts = Object.entries(item).map(([name, value]: [string, Json]) => `${wordsOf(name)} ${flatText(value)}`);
  return wrap(facts.join(', '), width, `${margin}- `, `${margin}  `);
}

const flatText = (value: Json): string =>
  typeof value === 'object' && value !== null ? plain(JSON.stringify(value)) : scalarText(value);

function scalarText(value: Json): string {
  if (typeof value === 'number') return Number.isInteger(value) ? withSeparators(value) : String(value);
  return typeof value === 'string' ? plain(value) : value === null ? 'none' : JSON.stringify(value);
}

/** 'activeDays' as 'active days'. */
const wordsOf = (name: string): string =>
  plain(name)
    .replace(/[a-z](?=[A-Z])/g, '$& ')
    .toLowerCase();

const minuteOf = (at: number): string => `${isoOf(at).slice(0, 16).replace('T', ' ')} UTC`;
