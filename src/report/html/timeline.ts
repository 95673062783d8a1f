import type { Report } from '../../model/report.ts';
import { DAY, WEEK } from '../../time.ts';
import { isStanding } from '../digest/incidents.ts';
import { type Axis, placeOf, ticks } from './axis.ts';
import { type Group, nameOf, type Setting, stretchesOf, whenText } from './groups.ts';
import { type Markup, markup, NONE } from './markup.ts';
import { moreText, section, severityBadge } from './words.ts';

const MOST_ROWS = 25;

/** When the incidents happened, a lane for each; what only lasts has none. */
export function timeline(report: Report, groups: readonly Group[], setting: Setting): Markup {
  const told = groups.filter(isEvent);
  if (told.length === 0) return NONE;
  const shown = told.slice(0, MOST_ROWS);
  const axis = axisOf(report, shown, setting);
  const lanes = shown.map(group => laneOf(group, axis, setting));
  return section(
    'timeline',
    'Timeline',
    markup`<p class="faint">When the worst of each incident was seen, in UTC. Each leads to its incident.</p>
<ol class="timeline">${lanes}</ol>
<svg class="scale" aria-hidden="true" width="100%" height="20">${ticks(axis, 4)}</svg>
${moreText(told.length - shown.length, 'incidents')}`,
  );
}

/** Something that happened, not a state that lasts. */
function isEvent(group: Group): boolean {
  const isState = group.entries.every(({ finding }) => isStanding(finding));
  return group.isIncident && (!isState || stretchesOf(group).every(({ from, until }) => until - from < WEEK));
}

function laneOf(group: Group, axis: Axis, setting: Setting): Markup {
  const { name, owner } = nameOf(group.entries[0]!.finding);
  const seen = stretchesOf(group).filter(({ from, until }) => until >= axis.from && from <= axis.until);
  const stretches = seen.map(({ from, until }) => {
    const [x1, x2] = [placeOf(from, axis), placeOf(until, axis)];
    // A line of no length has no round ends in some browsers.
    return markup`<line class="${group.severity}" x1="${x1}%" x2="${Math.max(x2, x1 + 0.01)}%" y1="10" y2="10"/>`;
  });
  return markup`<li><a href="#${group.id}">${severityBadge(group.severity)} <bdi>${name}</bdi>${owner === '' ? '' : markup` <bdi class="faint">${owner}</bdi>`}</a><svg class="lane" aria-hidden="true" width="100%" height="20"><line class="rail" x1="0" x2="100%" y1="10" y2="10"/>${stretches}</svg><span class="when">${whenText(group, setting)}</span></li>`;
}

/** The judged time, or else the time in which something happened. */
function axisOf({ run }: Report, shown: readonly Group[], { year }: Setting): Axis {
  const stretches = shown.flatMap(stretchesOf);
  const first = stretches.reduce((least, { from }) => Math.min(least, from), Number.POSITIVE_INFINITY);
  const last = stretches.reduce((most, { until }) => Math.max(most, until), Number.NEGATIVE_INFINITY);
  const until = bounded(run.until ?? Math.max(run.now, last), run.now);
  const from = Math.min(bounded(run.since ?? first - DAY / 2, until - DAY), until - DAY);
  return { from, until, year };
}

/** An instant of this era, however odd the report. */
const bounded = (at: number, otherwise: number): number =>
  Number.isFinite(at) ? Math.min(Math.max(at, 0), Date.UTC(9999, 11, 31)) : otherwise;
