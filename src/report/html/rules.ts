import type { Finding } from '../../model/finding.ts';
import { groupBy } from '../../group.ts';
import { compareText, countText } from '../../wording.ts';
import { tame } from '../digest/tame.ts';
import { commandsOf } from './remedy.ts';
import { type Markup, markup, NONE } from './markup.ts';
import { fold, section } from './words.ts';

/** The rules that found something, told once each: where to read more. */
export function rules(findings: readonly Finding[]): Markup {
  if (findings.length === 0) return NONE;
  const byRule = [...groupBy(findings, ({ rule }) => rule)].sort(([a], [b]) => compareText(a, b));
  return section('rules', 'Rules that found something', markup`${byRule.map(([, held]) => ruleOf(held))}`);
}

function ruleOf(findings: readonly Finding[]): Markup {
  const { rule, title, family, kind } = tame(findings[0]!);
  const references = [...new Set(findings.flatMap(finding => finding.references))].filter(isHttps).sort(compareText);
  const links = references.map(url => markup`<li><a href="${url}" rel="noopener noreferrer">${url}</a></li>`);
  return fold(
    'rule',
    markup`<code>${rule}</code> ${title} <span class="faint">${countText(findings.length, 'finding')}</span>`,
    markup`<p>A ${kind} of the family ${family}.</p>${commandsOf([`keyward explain ${rule}`])}<ul>${links}</ul>`,
  );
}

/** Only an address that leads to a page: never a script, a file or another program. */
const isHttps = (url: string): boolean => /^https:\/\/[\w.-]+(?:\/[\w./#?=&%~+,:@!-]*)?$/.test(url) && url.length < 500;
