import type { Finding } from '../../model/finding.ts';
import { adviceOf, remedyOf } from '../digest/remedies.ts';
import type { Group } from './groups.ts';
import { type Markup, markup, NONE } from './markup.ts';

/** What to do about a group. Commands of many findings of one kind stand with each of them. */
export function remedyPart({ id, entries, isIncident }: Group): Markup {
  const findings: readonly Finding[] = entries.map(({ finding }) => finding);
  const { advice, commands } = isIncident ? remedyOf(findings) : { advice: adviceOf(findings), commands: [] };
  if (advice.length === 0 && commands.length === 0) return NONE;
  return markup`<div class="remedy" id="${id}-remedy"><h4>What to do</h4>${advice.map(text => markup`<p>${text}</p>`)}${commandsOf(commands)}</div>
`;
}

/** Commands, each to be copied as a whole. */
export const commandsOf = (commands: readonly string[]): Markup =>
  markup`${commands.map(command => markup`<div class="command"><pre><code>${command}</code></pre></div>`)}`;
