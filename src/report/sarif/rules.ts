import { groupBy } from '../../group.ts';
import type { Finding, Severity } from '../../model/finding.ts';
import type { Report } from '../../model/report.ts';
import { compareSeverity } from '../../severity.ts';
import { compareText } from '../../wording.ts';
import { tame, tameName } from '../digest/tame.ts';
import { markdownCode, markdownText, plain } from '../plain.ts';
import { messageText } from './message.ts';

/** How GitHub ranks a rule: over 9 is critical, from 7 high, from 4 medium, and below that low. */
const SCORES: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '2.0',
  info: '0.1',
};

/** The rules of all results, in order of name; each as grave as the gravest of its findings. */
export function rulesOf({ findings, suppressed }: Report) {
  const held = groupBy(findings, ({ rule }) => ruleName(rule));
  for (const { rule } of suppressed) if (!held.has(ruleName(rule))) held.set(ruleName(rule), []);
  return [...held].sort(([a], [b]) => compareText(a, b)).map(([id, found]) => ruleOf(id, found));
}

/** The id of a rule, harmless. */
export const ruleName = (rule: string): string => tameName(rule) || '(unnamed)';

function ruleOf(id: string, findings: readonly Finding[]) {
  const [worst] = [...findings].sort((a, b) => compareSeverity(a.severity, b.severity));
  if (worst === undefined) return describedRule(id, { title: id, advice: '', references: [], properties: {} });
  const { title, remediation, references, family, kind, severity } = tame(worst);
  return describedRule(id, {
    title: messageText(title || id),
    advice: messageText(remediation.summary),
    references: references.map(link => plain(link)).filter(isLink),
    properties: {
      'security-severity': SCORES[severity],
      precision: kind === 'fact' ? 'very-high' : 'medium',
      tags: ['security', family, kind],
    },
  });
}

interface Description {
  readonly title: string;
  readonly advice: string;
  readonly references: readonly string[];
  readonly properties: object;
}

function describedRule(id: string, { title, advice, references, properties }: Description) {
  const more = `keyward explain ${id}`;
  const paragraphs = [advice, `What it means, when it errs and what can be set: ${more}`, references.join('\n')];
  const markdown = [
    markdownText(advice),
    `What it means, when it errs and what can be set: ${markdownCode(more)}`,
    references.map(link => `- <${link}>`).join('\n'),
  ];
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: advice === '' ? title : `${title}. ${advice}` },
    help: { text: joined(paragraphs), markdown: joined(markdown) },
    properties,
  };
}

const joined = (paragraphs: readonly string[]): string => paragraphs.filter(text => text !== '').join('\n\n');

const isLink = (text: string): boolean => /^https:\/\/[^\s<>]+$/.test(text);
