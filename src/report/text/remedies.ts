import type { Finding } from '../../model/finding.ts';
import type { Setting } from './blocks.ts';
import { isStanding } from './incidents.ts';
import { fill, indent } from './layout.ts';

const SHOWN_SUMMARIES = 2;
const MARGIN = '    ';

/** Rules whose commands replace a key step by step; out of their order they would break its users. */
const ROTATING: ReadonlySet<string> = new Set(['long-lived-key', 'long-ttl', 'never-expires']);

/** A key that nobody uses needs no successor. */
const IDLE = 'dormant-key';

/** Commands that stop a credential from working, or put the recording back. */
const CONTAINING = /--status Inactive|\bput-(?:user|role)-policy\b|\bdelete-login-profile\b|\bstart-logging\b/;

/** What to do about an incident: containment first, and no rotation of a key that is to be disabled. */
export function remedyLines(setting: Setting, findings: readonly Finding[]): string[] {
  const rule = findings[0]!.rule;
  const isEnding = findings.some(finding => isUrgent(finding) || finding.rule === IDLE);
  const shown = isEnding ? findings.filter(finding => !ROTATING.has(finding.rule)) : findings;
  return [
    ...adviceLines(setting, shown),
    // Commands are never wrapped or shortened: they are there to be copied.
    ...commandsOf(shown).map(command => `${MARGIN}${command}`.trimEnd()),
    ...explainLines(setting, rule),
  ];
}

const isUrgent = (finding: Finding): boolean =>
  !isStanding(finding) && (finding.severity === 'critical' || finding.severity === 'high');

function commandsOf(findings: readonly Finding[]): string[] {
  const others = findings.filter(({ rule }) => !ROTATING.has(rule));
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
