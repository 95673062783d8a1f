import { STATUS_WORDS } from '../digest/telling.ts';
import { countText, someText } from '../../wording.ts';
import { findingOf, credentialRows } from './finding.ts';
import { type Group, nameOf, type Setting, stretchesOf, whenText } from './groups.ts';
import { joined, type Markup, markup, NONE } from './markup.ts';
import { placesChart } from './places-chart.ts';
import { remedyPart } from './remedy.ts';
import { severityBadge } from './words.ts';

const SHOWN_RULES = 6;
/** Behind more findings than this, what to do is out of sight. */
const MOST_IN_SIGHT = 3;

/** The parts of a group, in pieces: there may be thousands of findings in one. */
export function* groupPieces(group: Group, isOpen: boolean, setting: Setting): Generator<Markup> {
  const findings = group.entries.map(({ finding }) => finding);
  yield markup`<details class="group" id="${group.id}"${isOpen ? markup` open` : ''}>
<summary>${headingOf(group, setting)}</summary>
${group.isIncident ? aboutPart(group, setting) : remedyPart(group)}<ol class="findings">
`;
  for (const entry of group.entries) yield findingOf(entry, group, setting);
  yield markup`</ol>
${group.isIncident ? markup`${placesChart(findings)}${remedyPart(group)}` : ''}</details>
`;
}

function headingOf(group: Group, setting: Setting): Markup {
  const { entries, severity, isIncident } = group;
  const first = entries[0]!.finding;
  const { name, owner } = nameOf(first);
  const title = isIncident
    ? markup`<bdi>${name}</bdi>${owner === '' ? '' : markup` <bdi class="owner">${owner}</bdi>`}`
    : markup`${first.title}`;
  const when = isIncident ? markup`<span class="when">${whenText(group, setting)}</span>` : NONE;
  return markup`${severityBadge(severity)} <h3>${title}</h3> ${when}<span class="gist">${gistOf(group, setting)}</span>`;
}

function gistOf(group: Group, { isCompared }: Setting): string {
  const findings = group.entries.map(({ finding }) => finding);
  const statuses = (['new', 'recurred', 'known'] as const).flatMap(status => {
    const count = findings.filter(finding => finding.status === status).length;
    return count === 0 || !isCompared
      ? []
      : [findings.length === 1 ? STATUS_WORDS[status] : `${count} ${STATUS_WORDS[status]}`];
  });
  const stretches = group.isIncident ? stretchesOf(group).length : 1;
  const rules = [...new Set(findings.map(({ rule }) => rule))];
  return [
    countText(findings.length, 'finding'),
    ...statuses,
    ...(stretches > 1 ? [`seen ${countText(stretches, 'time')}`] : []),
    someText(rules, SHOWN_RULES),
  ].join(' · ');
}

function aboutPart({ id, entries }: Group, setting: Setting): Markup {
  const rows = credentialRows(entries[0]!.finding, setting);
  const link = entries.length > MOST_IN_SIGHT ? markup` <a href="#${id}-remedy">what to do</a>` : NONE;
  if (rows.length === 0 && link === NONE) return NONE;
  return markup`<p class="about">${joined(
    rows.map(([name, value]) => markup`<span><span class="faint">${name}</span> ${value}</span>`),
    ' ',
  )}${link}</p>
`;
}
