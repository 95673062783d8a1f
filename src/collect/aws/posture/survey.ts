import { dig, digList, digText } from '../../../normalise/dig.ts';
import { eachOf } from '../../../pool.ts';
import { compareText } from '../../../wording.ts';
import type { Trouble } from '../../service/trouble.ts';
import type { Access } from '../access.ts';
import { readFault } from '../fault.ts';
import { isRegion } from '../regions.ts';
import { explain } from '../trouble.ts';
import { type Selection, selectionOf } from './selection.ts';

/** A trail that concerns the account, and what could be found out about it. */
export interface Trail {
  readonly arn: string;
  readonly name: string;
  /** The Region that it was made in, and records alone unless it is everywhere. */
  readonly home: string;
  readonly isEverywhere: boolean;
  /** Where its files go, as in `s3://bucket/prefix`. */
  readonly target: string;
  /** Null where it could not be asked. */
  readonly isLogging: boolean | null;
  readonly selection: Selection | null;
}

/** A question that was not answered. */
export interface Refusal {
  readonly permission: string;
  /** What it was asked of, as in 'eu-west-1' or 'trail main'. */
  readonly about: string;
  readonly trouble: Trouble;
}

/** What an account answered about its trails and the logging of model invocations. */
export interface Survey {
  readonly regions: readonly string[];
  /** In order of their ARNs. */
  readonly trails: readonly Trail[];
  /** Where each Region with Bedrock writes model invocations to; empty where it does not. */
  readonly invocations: ReadonlyMap<string, string>;
  readonly refusals: readonly Refusal[];
}

/** Two questions each, so ten at once. */
const LANES = 5;

type Told = Omit<Trail, 'isLogging' | 'selection'>;

interface Ask {
  readonly access: Access;
  readonly options: { readonly abortSignal?: AbortSignal };
  /** Notes that a question about something was not answered. */
  readonly refuse: (permission: string, about: string) => (error: unknown) => null;
}

/** Asks every Region for its trails and the logging of model invocations; whatever is refused is told, not thrown. */
export async function survey(access: Access, regions: readonly string[], signal?: AbortSignal): Promise<Survey> {
  const refusals: Refusal[] = [];
  const { profile } = access.client(access.globalRegion);
  const refuse: Ask['refuse'] = (permission, about) => error => {
    refusals.push({ permission, about, trouble: explain(error, permission, profile) });
    return null;
  };
  const ask: Ask = { access, refuse, options: signal === undefined ? {} : { abortSignal: signal } };
  const told: Told[] = [];
  const invocations = new Map<string, string>();
  await eachOf(regions, LANES, async region => {
    const [trails, target] = await Promise.all([describe(ask, region), invocationTarget(ask, region)]);
    told.push(...(trails ?? []));
    if (target !== null) invocations.set(region, target);
  });
  const trails: Trail[] = [];
  await eachOf(distinct(told), LANES, async trail => void trails.push(await inspect(ask, trail)));
  return {
    regions: [...regions].sort(compareText),
    trails: trails.sort((a, b) => compareText(a.arn, b.arn)),
    invocations,
    refusals: refusals.sort((a, b) => compareText(a.permission, b.permission) || compareText(a.about, b.about)),
  };
}

/** The trails that a Region tells of, those of other Regions and of the organisation included. */
async function describe({ access, options, refuse }: Ask, region: string): Promise<Told[] | null> {
  const { CloudTrailClient, DescribeTrailsCommand } = await import('@aws-sdk/client-cloudtrail');
  return await new CloudTrailClient(access.client(region))
    .send(new DescribeTrailsCommand({ includeShadowTrails: true }), options)
    .then(answer => digList(answer, 'trailList').map(trail => asTold(trail, region)))
    .catch(refuse('cloudtrail:DescribeTrails', region));
}

function asTold(trail: unknown, region: string): Told {
  const [arn, home] = [digText(trail, 'TrailARN'), digText(trail, 'HomeRegion')];
  return {
    arn,
    name: short(digText(trail, 'Name') || arn),
    home: isRegion(home) ? home : region,
    isEverywhere: dig(trail, 'IsMultiRegionTrail') === true,
    target: bucketText(digText(trail, 'S3BucketName'), digText(trail, 'S3KeyPrefix')),
  };
}

const bucketText = (bucket: string, prefix: string): string =>
  short(prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}`);

/** Longer than any name that AWS gives out is nothing to put into a sentence. */
const LONGEST = 300;

const short = (text: string): string => (text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`);

/** Each trail once, whichever Region answered first. */
function distinct(told: readonly Told[]): Iterable<Told> {
  const sorted = told.filter(({ arn }) => arn !== '').sort((a, b) => compareText(b.home, a.home));
  return new Map(sorted.map(trail => [trail.arn, trail])).values();
}

async function inspect({ access, options, refuse }: Ask, trail: Told): Promise<Trail> {
  const { CloudTrailClient, GetEventSelectorsCommand, GetTrailStatusCommand } =
    await import('@aws-sdk/client-cloudtrail');
  const client = new CloudTrailClient(access.client(trail.home));
  const [isLogging, selection] = await Promise.all([
    client
      .send(new GetTrailStatusCommand({ Name: trail.arn }), options)
      .then(answer => dig(answer, 'IsLogging') === true)
      .catch(refuse('cloudtrail:GetTrailStatus', `trail ${trail.name}`)),
    client
      .send(new GetEventSelectorsCommand({ TrailName: trail.arn }), options)
      .then(selectionOf)
      .catch(refuse('cloudtrail:GetEventSelectors', `trail ${trail.name}`)),
  ]);
  return { ...trail, isLogging, selection };
}

/** Where a Region writes model invocations to, empty where it does not; null where that is not known or has no meaning. */
async function invocationTarget({ access, options, refuse }: Ask, region: string): Promise<string | null> {
  const { BedrockClient, GetModelInvocationLoggingConfigurationCommand } = await import('@aws-sdk/client-bedrock');
  return await new BedrockClient(access.client(region))
    .send(new GetModelInvocationLoggingConfigurationCommand({}), options)
    .then(targetText)
    .catch(error => (isAbsent(error) ? null : refuse('bedrock:GetModelInvocationLoggingConfiguration', region)(error)));
}

function targetText(answer: unknown): string {
  const bucket = digText(answer, 'loggingConfig', 's3Config', 'bucketName');
  const prefix = digText(answer, 'loggingConfig', 's3Config', 'keyPrefix');
  const group = digText(answer, 'loggingConfig', 'cloudWatchConfig', 'logGroupName');
  return [
    ...(bucket === '' ? [] : [bucketText(bucket, prefix)]),
    ...(group === '' ? [] : [short(`log group ${group}`)]),
  ].join(' and ');
}

/** Where there is no such service, its host has no address or knows of no such thing. */
function isAbsent(error: unknown): boolean {
  const { code, status } = readFault(error);
  return code === 'ENOTFOUND' || status === 404;
}
