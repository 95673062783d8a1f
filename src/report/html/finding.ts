import { STATUS_WORDS } from '../digest/telling.ts';
import type { Finding } from '../../model/finding.ts';
import { countText, listText, someText, withSeparators } from '../../wording.ts';
import { dayText, stretchText } from '../dates.ts';
import { plain } from '../plain.ts';
import { evidenceOf } from './evidence.ts';
import { type Entry, type Group, nameOf, type Setting } from './groups.ts';
import { drawnHours, hourlyChart } from './hourly-chart.ts';
import { joined, type Markup, markup, NONE } from './markup.ts';
import { placesChart } from './places-chart.ts';
import { commandsOf } from './remedy.ts';
import { fold, severityBadge } from './words.ts';

const MOST_MEMBERS = 60;
const MOST_EPISODES = 20;

/** One finding: what it says, its chart, and all that it rests on. */
export function findingOf(entry: Entry, group: Group, setting: Setting): Markup {
  const { id, finding } = entry;
  const { severity, rule, status } = finding;
  return markup`<li class="finding" id="${id}" data-severity="${severity}" data-rule="${rule}" data-status="${status}">
${headingOf(finding, group)}<p class="said">${finding.message}</p>
${tagsOf(finding, setting)}${hourlyChart(entry, setting)}${group.isIncident ? NONE : placesChart([finding])}${fold('more', markup`Evidence`, detailsOf(finding, group, setting))}</li>
`;
}

/** The title of what happened; or, among many of one kind, whom it is about. */
function headingOf(finding: Finding, { isIncident, severity }: Group): Markup {
  const { name, owner } = nameOf(finding);
  if (!isIncident) return markup`<h4><bdi>${name}</bdi> <bdi class="owner">${owner}</bdi></h4>`;
  const badge = finding.severity === severity ? NONE : markup`${severityBadge(finding.severity)} `;
  return markup`<h4>${badge}${finding.title}</h4>`;
}

function tagsOf(finding: Finding, { isCompared, year }: Setting): Markup {
  const { rule, kind, status, firstSeen, lastSeen, corroboratedBy } = finding;
  const tags = [
    markup`<code>${rule}</code>`,
    markup`${kind}`,
    ...(isCompared ? [markup`<b>${STATUS_WORDS[status]}</b>`] : []),
    markup`${stretchText(firstSeen, lastSeen, year)}`,
    ...(corroboratedBy.length === 0 ? [] : [markup`agrees with ${listText([...corroboratedBy].sort())}`]),
  ];
  return markup`<p class="tags">${joined(tags, ' · ')}</p>`;
}

function detailsOf(finding: Finding, group: Group, setting: Setting): Markup {
  const hidden = drawnHours(finding) === undefined ? [] : ['hourly'];
  return markup`${evidenceOf(finding.evidence, hidden)}<dl class="fields">${aboutRows(finding, group, setting)}</dl>${
    group.isIncident ? NONE : commandsOf(finding.remediation.commands)
  }`;
}

function aboutRows(finding: Finding, group: Group, setting: Setting): Markup[] {
  const { subject, members, episodes, examples, fingerprint, family } = finding;
  const rows: (readonly [string, Markup])[] = [
    ['subject', markup`<bdi>${subject}</bdi>`],
    ...(group.isIncident ? [] : credentialRows(finding, setting)),
    ['family', markup`${family}`],
  ];
  if (members.length > 0) rows.push([countText(members.length, 'member'), markup`${someText(members, MOST_MEMBERS)}`]);
  if (episodes.length > 1) rows.push(['seen', markup`${episodesText(episodes, setting)}`]);
  if (examples.length > 0) rows.push(['events', markup`<ul>${examples.map(exampleOf)}</ul>`]);
  rows.push(['fingerprint', markup`<code>${plain(fingerprint, 200)}</code>`]);
  return rows.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`);
}

/** What a credential is, in rows. */
export function credentialRows({ credential }: Finding, { year }: Setting): (readonly [string, Markup])[] {
  if (credential === null) return [];
  const { id, provider, kind, owner, account, createdAt } = credential;
  return [
    ['credential', markup`<bdi>${id}</bdi>`],
    ['kind', markup`${kind.replaceAll('-', ' ')} (${provider})`],
    ...(owner === '' || owner === id ? [] : [['holder', markup`<bdi>${owner}</bdi>`] as const]),
    ...(account === '' ? [] : [['account', markup`<bdi>${account}</bdi>`] as const]),
    ...(createdAt === null ? [] : [['created', markup`${dayText(createdAt, year)}`] as const]),
  ];
}

function episodesText(episodes: Finding['episodes'], { year }: Setting): string {
  const told = episodes.slice(-MOST_EPISODES).map(({ from, until }) => stretchText(from, until, year));
  const more = episodes.length - told.length;
  return `${more > 0 ? `${withSeparators(more)} times before; ` : ''}${told.join('; ')}`;
}

const exampleOf = ({ event, file }: Finding['examples'][number]): Markup =>
  markup`<li><code>${plain(event, 200)}</code>${file === null ? '' : markup` in <bdi>${plain(file, 400)}</bdi>`}</li>`;
