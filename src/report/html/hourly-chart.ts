import type { Finding, Json } from '../../model/finding.ts';
import { HOUR } from '../../time.ts';
import { withSeparators } from '../../wording.ts';
import { momentText, stretchText } from '../dates.ts';
import { type Hourly, highest, hourlyOf } from '../digest/hourly.ts';
import { type Axis, placeOf, ticks } from './axis.ts';
import type { Entry, Setting } from './groups.ts';
import { type Markup, markup, NONE, trusted } from './markup.ts';
import { fold, moreText } from './words.ts';

const LAST = Date.UTC(9999, 11, 31);
const TOP = 18;
const HEIGHT = 96;
/** More bars than this are too thin to be seen; several hours share one then, and the highest is drawn. */
const MOST_BARS = 168;
const MOST_ROWS = 120;

/** What the busy hours are held against. */
interface Baseline {
  readonly name: 'record' | 'limit';
  readonly amount: number;
}

/** The hourly counts that are drawn; those of no possible time are left to the evidence. */
export function drawnHours(finding: Finding): Hourly | undefined {
  const hourly = hourlyOf(finding);
  return hourly !== undefined && Math.abs(hourly.from) < LAST ? hourly : undefined;
}

/** The hourly counts behind a finding, with what they are held against; nothing when it has none. */
export function hourlyChart({ id, finding }: Entry, { year }: Setting): Markup {
  const hourly = drawnHours(finding);
  if (hourly === undefined) return NONE;
  const axis = { from: hourly.from, until: hourly.from + hourly.values.length * HOUR, year };
  const baselines = baselinesOf(finding, highest(hourly.values));
  const [title, description] = [titleOf(finding, axis), descriptionOf(hourly, baselines, year)];
  return markup`<figure class="chart"><figcaption>${title}. ${description} Solid bars are the time of the finding.</figcaption>
<svg class="hours" role="img" aria-labelledby="${id}-t ${id}-d" width="100%" height="${TOP + HEIGHT + 20}"><title id="${id}-t">${title}</title><desc id="${id}-d">${description}</desc>${drawing(finding, hourly, baselines, axis)}</svg>
${fold('data', markup`The numbers`, tableOf(hourly, year))}</figure>`;
}

function drawing({ episodes }: Finding, hourly: Hourly, baselines: readonly Baseline[], axis: Axis): Markup {
  const peak = highest([...hourly.values, ...baselines.map(({ amount }) => amount)]);
  const perBar = Math.ceil(hourly.values.length / MOST_BARS);
  const isHot = (at: number) => episodes.some(({ from, until }) => from < at + perBar * HOUR && until >= at);
  const bars = { usual: '', hot: '' };
  for (let i = 0; i < hourly.values.length; i += perBar) {
    const value = highest(hourly.values.slice(i, i + perBar));
    const y = Math.round(1000 * (1 - value / peak));
    // A bar that is there must be seen.
    if (value > 0) bars[isHot(hourly.from + i * HOUR) ? 'hot' : 'usual'] += barPath(i, perBar, Math.min(y, 980));
  }
  const plot = `<svg y="${TOP}" width="100%" height="${HEIGHT}" viewBox="0 0 ${hourly.values.length} 1000" preserveAspectRatio="none"><path class="usual" d="${bars.usual}"/><path class="hot" d="${bars.hot}"/></svg>`;
  return markup`<g>${ticks(axis, TOP + HEIGHT)}</g>${trusted(plot)}${baselines.map(line => baselineOf(line, peak, isEarly(hourly)))}${peakOf(hourly, peak, axis)}`;
}

const barPath = (x: number, width: number, y: number): string =>
  `M${Math.round(x * 100 + 10 * width) / 100} 1000V${y}h${Math.round(80 * width) / 100}V1000z`;

const heightOf = (amount: number, peak: number): number => Math.round(TOP + HEIGHT * (1 - amount / peak));

/** Whether the highest bar stands in the first half. */
const isEarly = ({ values }: Hourly): boolean => values.indexOf(highest(values)) < values.length / 2;

/** A line across the plot; its name stands away from the highest bar, and from the name of the other. */
function baselineOf({ name, amount }: Baseline, peak: number, isToTheRight: boolean): Markup {
  const y = heightOf(amount, peak);
  const inset = name === 'limit' ? 0 : 25;
  const [x, anchor] = isToTheRight ? [100 - inset, 'end'] : [inset, 'start'];
  return markup`<line class="${name}" x1="0" x2="100%" y1="${y}" y2="${y}"/><text class="on" x="${x}%" y="${y - 4}" text-anchor="${anchor}">${name} ${withSeparators(amount)}</text>`;
}

function peakOf({ from, values }: Hourly, peak: number, axis: Axis): Markup {
  const most = highest(values);
  const x = placeOf(from + (values.indexOf(most) + 0.5) * HOUR, axis);
  const anchor = x < 10 ? 'start' : x > 90 ? 'end' : 'middle';
  return markup`<text class="on strong" x="${x}%" y="${heightOf(most, peak) - 5}" text-anchor="${anchor}">${withSeparators(most)}</text>`;
}

/** Record and limit, unless they are of whole days: an amount that no hour reaches was counted over a day. */
function baselinesOf({ evidence }: Finding, peak: number): Baseline[] {
  const { span, amount } = evidence;
  if (span === 'day' || (span === undefined && typeof amount === 'number' && amount > peak)) return [];
  return (['limit', 'record'] as const).flatMap(name => {
    const value = evidence[name];
    return isAmount(value) && value <= 20 * peak ? [{ name, amount: value }] : [];
  });
}

const isAmount = (value: Json | undefined): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0;

function titleOf({ evidence, rule }: Finding, { from, until, year }: Axis): string {
  const { measure } = evidence;
  const what = typeof measure === 'string' && /^[a-z]{1,20}$/.test(measure) ? `${measure} by the hour` : 'by the hour';
  return `${rule}: ${what}, ${stretchText(from, until, year)}`;
}

function descriptionOf({ from, values }: Hourly, baselines: readonly Baseline[], year: number): string {
  const most = highest(values);
  const at = momentText(from + values.indexOf(most) * HOUR, year);
  const held = baselines.map(({ name, amount }) => `; ${BASELINE_WORDS[name]} ${withSeparators(amount)}`);
  return `Most: ${withSeparators(most)} in the hour from ${at}${held.join('')}.`;
}

const BASELINE_WORDS = { limit: 'reported from', record: 'busiest hour before' } as const;

function tableOf({ from, values }: Hourly, year: number): Markup {
  const busy = values.flatMap((value, i) => (value > 0 ? [{ at: from + i * HOUR, value }] : []));
  const rows = busy
    .slice(0, MOST_ROWS)
    .map(
      ({ at, value }) => markup`<tr><th scope="row">${momentText(at, year)}</th><td>${withSeparators(value)}</td></tr>`,
    );
  return markup`<table><caption>Hours (UTC) that are not listed had none.</caption><thead><tr><th scope="col">hour from</th><th scope="col">count</th></tr></thead><tbody>${rows}</tbody></table>${moreText(busy.length - rows.length, 'hours')}`;
}
