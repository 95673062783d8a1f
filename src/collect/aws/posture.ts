import { groupBy } from '../../group.ts';
import type { Damage } from '../../model/batch.ts';
import type { View, Views } from '../../model/coverage.ts';
import { listText, someText } from '../../wording.ts';
import type { Access } from './access.ts';
import { type Refusal, type Survey, survey, type Trail } from './posture/survey.ts';

/** What LookupEvents of an account can and cannot show. */
export interface Posture {
  readonly views: Views;
  /** What could not be asked. */
  readonly damage: readonly Damage[];
  /** What its trails do not keep for later. */
  readonly remarks: readonly string[];
}

/** Asks an account what its trails and the logging of model invocations record. */
export async function readPosture(access: Access, regions: readonly string[], signal?: AbortSignal): Promise<Posture> {
  return postureOf(await survey(access, regions, signal));
}

/** What follows from the answers, in the same words whatever order they came in. */
export function postureOf(survey: Survey): Posture {
  return {
    views: {
      calls: { blind: false, gaps: SURFACES.map(surface => dataGap(surface, survey)) },
      tokens: { blind: false, gaps: tokenGaps(survey) },
      places: WHOLE,
      deeds: WHOLE,
      'sign-ins': WHOLE,
      inventory: WHOLE,
    },
    damage: damageOf(survey.refusals),
    remarks: [...keepingRemark(survey), ...stoppedRemark(survey)],
  };
}

const WHOLE: View = { blind: false, gaps: [] };

/** As many Regions, trails or buckets as a sentence names; the rest is counted. */
const SHOWN = 5;
/** Fewer of those that come with the name of a place. */
const SHOWN_PLACES = 3;

/** A way to call models whose calls are data events. */
interface Surface {
  readonly name: string;
  /** What a trail has to select to have them. */
  readonly type: string;
}

const SURFACES: readonly Surface[] = [
  { name: 'bedrock-mantle', type: 'AWS::BedrockMantle::Project' },
  { name: 'Claude Platform on AWS', type: 'AWS::AWSExternalAnthropic::Workspace' },
];

const dataGap = ({ name, type }: Surface, survey: Survey): string =>
  `inference through ${name} is a data event, which LookupEvents does not have${whoHas(type, survey)}`;

function whoHas(type: string, { trails, refusals }: Survey): string {
  const selecting = trails.filter(({ selection }) => selection?.data.has(type));
  const recording = selecting.filter(({ isLogging }) => isLogging === true);
  if (recording.length > 0) return `: ${recordingText(recording, type)}`;
  const why = unknowns(refusals, ['cloudtrail:']);
  if (why !== '') return `, and it is not known whether a trail records it: ${why}`;
  return selecting.length === 0
    ? ', and no trail selects it'
    : `, and ${trailsText(selecting)}, which ${selecting.length === 1 ? 'selects' : 'select'} it, ${isNot(selecting)} logging`;
}

function recordingText(trails: readonly Trail[], type: string): string {
  const isAll = trails.some(({ selection }) => selection?.data.get(type) === 'all');
  const verb = trails.length === 1 ? 'records' : 'record';
  const targets = [...new Set(trails.map(({ target }) => target))].sort();
  return `${trailsText(trails)} ${verb} ${isAll ? 'it' : 'some of it'}, audit ${someText(targets, SHOWN)} as well`;
}

const isNot = (trails: readonly Trail[]): string => (trails.length === 1 ? 'is not' : 'are not');

function trailsText(trails: readonly Trail[]): string {
  const names = trails.map(({ name, home, isEverywhere }) => (isEverywhere ? name : `${name} (${home} only)`));
  return `${trails.length === 1 ? 'trail' : 'trails'} ${someText(names.sort(), SHOWN)}`;
}

function tokenGaps({ invocations, refusals }: Survey): string[] {
  const regions = [...invocations.keys()].sort();
  const off = regions.filter(region => invocations.get(region) === '');
  const on = regions.filter(region => invocations.get(region) !== '');
  const places = on.map(region => `${region} (${invocations.get(region)})`);
  const unknown = refusals.filter(({ permission }) => permission.startsWith('bedrock:'));
  const about = someText(
    unknown.map(refusal => refusal.about),
    SHOWN,
  );
  return [
    'LookupEvents has the tokens of streamed calls only',
    ...(off.length === 0
      ? []
      : [`model invocation logging is off in ${someText(off, SHOWN)}: tokens of other calls there are nowhere`]),
    ...(on.length === 0
      ? []
      : [`model invocation logging is on in ${someText(places, SHOWN_PLACES)}, which is not read yet`]),
    ...(unknown.length === 0
      ? []
      : [`it is not known whether model invocation logging is on in ${about}: ${unknowns(unknown, ['bedrock:'])}`]),
  ];
}

/** Which of the permissions of these services went without an answer; empty when none did. */
function unknowns(refusals: readonly Refusal[], services: readonly string[]): string {
  const open = refusals.filter(({ permission }) => services.some(service => permission.startsWith(service)));
  const verbOf = (permission: string): string =>
    open.some(refusal => refusal.permission === permission && refusal.trouble.kind === 'denied')
      ? 'was refused'
      : 'got no answer';
  const permissions = [...new Set(open.map(({ permission }) => permission))].sort();
  return listText(permissions.map(permission => `${permission} ${verbOf(permission)}`));
}

/** One line for all that failed alike. */
function damageOf(refusals: readonly Refusal[]): Damage[] {
  const damaging = refusals.filter(refusal => !mayBeAbsent(refusal));
  return Array.from(
    groupBy(damaging, ({ trouble }) => trouble.what),
    ([what, alike]) => {
      const places = new Set(alike.map(({ about }) => about));
      return { where: someText([...places].sort(), SHOWN), what, count: 1 };
    },
  );
}

/** Many Regions are without Bedrock, and behind a proxy that looks like any other failure. */
const mayBeAbsent = ({ permission, trouble }: Refusal): boolean =>
  permission.startsWith('bedrock:') && ['network', 'missing', 'other'].includes(trouble.kind);

/** Events older than the 90 days of LookupEvents are only where a trail keeps them. */
function keepingRemark({ regions, trails, refusals }: Survey): string[] {
  if (refusals.some(({ permission }) => permission.startsWith('cloudtrail:'))) return [];
  const keeping = trails.filter(({ isLogging, selection }) => isLogging && selection?.reads && selection.writes);
  if (keeping.some(({ isEverywhere }) => isEverywhere)) return [];
  const kept = [...new Set(keeping.map(({ home }) => home))].sort();
  if (kept.length === 0) return ['no trail records all management events: those older than 90 days are kept nowhere'];
  if (regions.every(region => kept.includes(region))) return [];
  return [
    'no trail records all management events of all Regions: ' +
      `those older than 90 days are kept for ${someText(kept, SHOWN)} only`,
  ];
}

function stoppedRemark({ trails }: Survey): string[] {
  const stopped = trails.filter(({ isLogging }) => isLogging === false);
  return stopped.length === 0 ? [] : [`${trailsText(stopped)} ${isNot(stopped)} logging`];
}
