import type { Finding } from '../../model/finding.ts';
import { adviceOf, remedyOf } from '../digest/remedies.ts';
import type { Setting } from './blocks.ts';
import { fill, indent } from './layout.ts';

const MARGIN = '    ';

/** What to do about an incident, and where to read more. */
export function remedyLines(setting: Setting, findings: readonly Finding[]): string[] {
  const { advice, commands } = remedyOf(findings);
  return [
    ...freshLines(setting, advice),
    // Commands are never wrapped or shortened: they are there to be copied.
    ...commands.map(command => `${MARGIN}${command}`.trimEnd()),
    ...explainLines(setting, findings[0]!.rule),
  ];
}

/** What to do about the worst of it. */
export const adviceLines = (setting: Setting, findings: readonly Finding[]): string[] =>
  freshLines(setting, adviceOf(findings));

/** Advice that was given before is not repeated. */
function freshLines({ page, told }: Setting, advice: readonly string[]): string[] {
  const fresh = advice.filter(text => !told.has(text));
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
