import type { Finding } from '../../model/finding.ts';
import { isStanding } from './incidents.ts';

const SHOWN_SUMMARIES = 2;

/** Rules whose commands replace a key step by step; out of their order they would break its users. */
const ROTATING: ReadonlySet<string> = new Set(['long-lived-key', 'long-ttl', 'never-expires']);

/** A key that nobody uses needs no successor. */
const IDLE = 'dormant-key';

/** Commands that stop a credential from working, or put the recording back. */
const CONTAINING = /--status Inactive|\bput-(?:user|role)-policy\b|\bdelete-login-profile\b|\bstart-logging\b/;

/** What to do about an incident: advice in a sentence or two, and the commands in the order to run them. */
export interface Remedy {
  readonly advice: readonly string[];
  readonly commands: readonly string[];
}

/** What to do about an incident, worst first: containment first, and no rotation of a key that is to be disabled. */
export function remedyOf(findings: readonly Finding[]): Remedy {
  const isEnding = findings.some(finding => isPressing(finding) || finding.rule === IDLE);
  const rotating = findings.filter(({ rule }) => ROTATING.has(rule));
  const others = findings.filter(({ rule }) => !ROTATING.has(rule));
  if (isEnding) return { advice: adviceOf(others), commands: containedFirst(commandsOf(others)) };
  return { advice: adviceOf(findings), commands: commandsOf([...rotating, ...others]) };
}

/** What to do about the worst of it. */
export function adviceOf(findings: readonly Finding[]): string[] {
  const summaries = new Set(findings.map(({ remediation }) => remediation.summary).filter(text => text !== ''));
  return [...summaries].slice(0, SHOWN_SUMMARIES);
}

/** Something happened that makes one look at the key before anything is renewed. */
const isPressing = (finding: Finding): boolean =>
  !isStanding(finding) && finding.severity !== 'low' && finding.severity !== 'info';

const commandsOf = (findings: readonly Finding[]): string[] => [
  ...new Set(findings.flatMap(({ remediation }) => remediation.commands)),
];

const containedFirst = (commands: readonly string[]): string[] => {
  const containing = commands.filter(text => CONTAINING.test(text));
  return [...new Set([...containing, ...commands])];
};
