import { groupBy } from '../../../group.ts';
import type { View, Views } from '../../../model/coverage.ts';
import { eachOf } from '../../../pool.ts';
import { compareText, countText, listText, someText } from '../../../wording.ts';
import type { Check, Task } from '../../collector.ts';
import { troubled, untried } from '../../service/checks.ts';
import type { Access } from '../access.ts';
import { lookupViews } from '../lookup/views.ts';
import { awsNeeds } from '../needs.ts';
import { postureOf } from '../posture.ts';
import { type Survey, survey, type Trail } from '../posture/survey.ts';
import { enabledRegions } from '../regions.ts';
import { probe } from './probe.ts';
import { probeKeys } from './probe-keys.ts';

/** What one account let keyward do, and what would be seen of it. */
export interface Examined {
  readonly checks: readonly Check[];
  readonly views: Views;
}

/** As many Regions or trails as a line names; the rest is counted. */
const SHOWN = 5;

/** Regions that are asked for an event at once. */
const LANES = 10;

/** Tries every permission that reading an account takes, in the Regions asked for or else in all that are enabled. */
export async function examine(access: Access, asked: readonly string[], { aws, signal }: Task): Promise<Examined> {
  const places = asked.length > 0 ? named(access, asked) : await probeRegions(access, signal);
  const [events, found, keys] = await Promise.all([
    probeEvents(access, places.regions, signal),
    survey(access, places.regions, signal),
    probeKeys(access, signal),
  ]);
  const { views, remarks } = postureOf(found);
  const areKeysKnown = keys.every(({ what, state }) => !/ListUsers|ListAccessKeys/.test(what) || state !== 'refused');
  const pulled = { allEvents: aws.allEvents === true, areKeysKnown, earliest: null, isEmpty: false };
  const permissions = [...places.checks, ...events.checks, ...surveyChecks(found), ...keys].sort(byNeed).map(withLoss);
  const notes = remarks.map((detail): Check => ({ what: 'trails', state: 'ok', detail }));
  return {
    checks: [...permissions, ...found.trails.map(trailCheck), ...notes],
    views: lessened(lookupViews(views, pulled), events, keys),
  };
}

const ORDER = awsNeeds.map(({ permission }) => permission);
const byNeed = (a: Check, b: Check): number => ORDER.indexOf(a.what) - ORDER.indexOf(b.what);

/** With what is not seen, where something went wrong. */
function withLoss(check: Check): Check {
  const { sees } = awsNeeds.find(({ permission }) => permission === check.what)!;
  const isBad = check.state === 'refused' || check.state === 'failed';
  return isBad ? { ...check, detail: `${check.detail}. Not seen without it: ${sees}` } : check;
}

/** The Regions to look at, and how asking for them went. */
interface Places {
  readonly regions: readonly string[];
  readonly checks: readonly Check[];
}

/** Keys are made in IAM, and its events lie in one Region alone. */
const named = ({ globalRegion }: Access, asked: readonly string[]): Places => ({
  regions: [...new Set([...asked, globalRegion])],
  checks: [],
});

async function probeRegions(access: Access, signal: AbortSignal): Promise<Places> {
  const { AccountClient, ListRegionsCommand } = await import('@aws-sdk/client-account');
  const client = new AccountClient(access.client(access.globalRegion));
  const list = () => client.send(new ListRegionsCommand({ MaxResults: 1 }), { abortSignal: signal });
  const [{ check }, { regions, trouble }] = await Promise.all([
    probe('account:ListRegions', list),
    enabledRegions(access),
  ]);
  const detail =
    check.state === 'ok'
      ? `${countText(regions.length, 'Region')}: ${someText(regions, SHOWN)}`
      : trouble || check.detail;
  return { regions, checks: [{ ...check, detail }] };
}

/** How LookupEvents fared in one Region. */
interface Tried {
  readonly region: string;
  readonly check: Check;
}

/** How LookupEvents fared. */
interface Events {
  readonly checks: readonly Check[];
  /** Why there are no events, by the Regions where that is so. */
  readonly gaps: readonly string[];
  /** True when that is so everywhere. */
  readonly isBlind: boolean;
}

async function probeEvents(access: Access, regions: readonly string[], signal: AbortSignal): Promise<Events> {
  const { CloudTrailClient, LookupEventsCommand } = await import('@aws-sdk/client-cloudtrail');
  const tried: Tried[] = [];
  await eachOf(regions, LANES, async region => {
    const client = new CloudTrailClient(access.client(region));
    const send = () => client.send(new LookupEventsCommand({ MaxResults: 1 }), { abortSignal: signal });
    tried.push({ region, check: (await probe('cloudtrail:LookupEvents', send)).check });
  });
  return eventsOf(tried.sort((a, b) => compareText(a.region, b.region)));
}

/** Regions that fared alike are told in one line. */
function eventsOf(tried: readonly Tried[]): Events {
  const groups = Array.from(groupBy(tried, ({ check }) => check.detail).values(), alike => {
    const regions = alike.map(({ region }) => region);
    return { check: alike[0]!.check, where: someText(regions, SHOWN) };
  });
  const missing = groups.filter(({ check }) => check.state !== 'ok');
  const isBlind = missing.length > 0 && missing.length === groups.length;
  return {
    checks: groups.map(({ check, where }) => ({
      ...check,
      detail: check.state === 'ok' ? `in ${where}` : `${check.detail} (${where})`,
    })),
    gaps: missing.map(({ check, where }) => `no events ${isBlind ? '' : `in ${where} `}can be read: ${check.detail}`),
    isBlind,
  };
}

const SURVEYED = ORDER.filter(permission => /^cloudtrail:(?:Describe|Get)|^bedrock:/.test(permission));

/** How each permission of the survey fared; without trails there is nothing to ask two of them about. */
const surveyChecks = (found: Survey): Check[] => SURVEYED.flatMap(permission => surveyCheck(permission, found));

function surveyCheck(permission: string, { refusals, trails }: Survey): Check[] {
  const open = refusals.filter(refusal => refusal.permission === permission);
  const whys = groupBy(open, ({ trouble }) => trouble.what);
  if (whys.size === 0 && trails.length === 0 && /Status$|Selectors$/.test(permission))
    return [untried(permission, 'there is no trail to ask about')];
  if (whys.size === 0) return [{ what: permission, state: 'ok', detail: '' }];
  return Array.from(whys, ([why, alike]) => {
    const places = alike.map(({ about }) => about);
    return { ...troubled(permission, alike[0]!.trouble), detail: `${why} (${someText(places, SHOWN)})` };
  });
}

function trailCheck({ name, home, isEverywhere, isLogging, target }: Trail): Check {
  const logging = isLogging === null ? 'not known whether logging' : isLogging ? 'logging' : 'not logging';
  const detail = `${isEverywhere ? 'all Regions' : `${home} only`}, ${logging}, to ${target}`;
  return { what: `trail ${name}`, state: 'ok', detail };
}

/** What is left of the views where events or keys cannot be read. */
function lessened(views: Views, { gaps, isBlind }: Events, keys: readonly Check[]): Views {
  const lessen = (view: View): View =>
    isBlind ? { blind: true, gaps } : { blind: view.blind, gaps: [...view.gaps, ...gaps] };
  return {
    calls: lessen(views.calls),
    tokens: lessen(views.tokens),
    places: lessen(views.places),
    deeds: lessen(views.deeds),
    'sign-ins': lessen(views['sign-ins']),
    inventory: inventoryView(keys),
  };
}

/** Lists that the inventory begins with: without any of them there is none. */
const BEGINNINGS = ['iam:GetCredentialReport', 'iam:ListUsers', 'iam:ListServiceSpecificCredentials'];

function inventoryView(keys: readonly Check[]): View {
  const bad = keys.filter(({ state }) => state === 'refused' || state === 'failed').map(({ what }) => what);
  if (bad.length === 0) return { blind: false, gaps: [] };
  const gap = `the key inventory lacks what ${listText(bad)} would tell`;
  return { blind: BEGINNINGS.every(permission => bad.includes(permission)), gaps: [gap] };
}
