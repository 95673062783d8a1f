import type { Finding } from '../../model/finding.ts';
import type { Setting } from './blocks.ts';
import { fill, indent } from './layout.ts';

const SHOWN_SUMMARIES = 2;
const MARGIN = '    ';

/** The rule whose commands replace a key step by step; out of their order they would break its users. */
const ROTATING = 'long-lived-key';

/** Commands that stop a credential from working, or put the recording back. */
const CONTAINING = /--status Inactive|\bput-(?:user|role)-policy\b|\bdelete-login-profile\b|\bstart-logging\b/;

/** What to do about an incident: containment first, and no rotation of a key that must be disabled. */
export function remedyLines(setting: Setting, findings: readonly Finding[]): string[] {
  const rule = findings[0]!.rule;
  const urgent = findings.some(isUrgent) ? findings.filter(finding => finding.rule !== ROTATING) : findings;
  return [
    ...adviceLines(setting, urgent),
    // Commands are never wrapped or shortened: they are there to be copied.
    ...commandsOf(urgent).map(command => `${MARGIN}${command}`.trimEnd()),
    ...explainLines(setting, rule),
  ];
}

const isUrgent = ({ family, severity }: Finding): boolean =>
  family !== 'lifetime' && (severity === 'critical' || severity === 'high');

function commandsOf(findings: readonly Finding[]): string[] {
  const others = findings.filter(({ rule }) => rule !== ROTATING);
  const containing = others.flatMap(({ remediation }) => remediation.commands).filter(text => CONTAINING.test(text));
  return [...new Set([...containing, ...findings.flatMap(({ remediation }) => remediation.commands)])];
}

/** What to do about the worst of it; advice that was given before is not repeated. */
export function adviceLines({ page, told }: Setting, findings: readonly Finding[]): string[] {
  const summaries = new Set(findings.map(({ remediation }) => remediation.summary).filter(text => text !== ''));
  const fresh = [...summaries].slice(0, SHOWN_SUMMARIES).filter(text => !told.has(text));
  for (const text of fresh) told.add(text);
  return fresh.flatMap(text => fill(page, { text: '  → ', paint: page.strong }, [{ text, paint: page.normal }]));
}

/** How to read more about a rule; said once for each. */
export function explainLines({ page, told }: Setting, rule: string): string[] {
  const command = `keyward explain ${rule}`;
  if (told.has(command)) return [];
  told.add(command);
  return fill(page, indent(page, MARGIN), [
    { text: command, paint: page.faint, isWhole: true },
    { text: 'why this matters', paint: page.faint, gap: 2, isWhole: true },
  ]);
}
