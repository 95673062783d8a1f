import { tellingActions } from '../../../normalise/cloudtrail-deeds.ts';
import { compareText } from '../../../wording.ts';
import type { KeyUse } from '../inventory.ts';

/** What one pull asks for: all events that have an attribute, or with `All` every event. */
export interface Query {
  readonly by: 'EventSource' | 'EventName' | 'AccessKeyId' | 'All';
  readonly value: string;
}

/** What is pulled from one Region: everything, what its rules look at, or only what belongs to no Region. */
export type Scope = 'all' | 'usual' | 'global';

/** How a query is written, for people and in cursors. */
export const queryText = ({ by, value }: Query): string => (by === 'All' ? 'all events' : `${by}=${value}`);

/** Services of which every event counts. */
const WHOLE: readonly string[] = [
  'bedrock.amazonaws.com',
  'bedrock-mantle.amazonaws.com',
  'aws-external-anthropic.amazonaws.com',
  'signin.amazonaws.com',
  'rolesanywhere.amazonaws.com',
];

/** Services that belong to no Region, so that their events lie in one. */
const GLOBAL_ONLY: ReadonlySet<string> = new Set(['iam', 'organizations']);

/** Those, and services that work in every Region and in none. */
const GLOBAL: ReadonlySet<string> = new Set([...GLOBAL_ONLY, 'sts', 'signin']);

/** Notices that come by other roads than CloudTrail. */
const ELSEWHERE: ReadonlySet<string> = new Set(['health']);

/** What applications do all day: pulled by key, and whole only on request. */
const LOUD: ReadonlySet<string> = new Set([
  'sts:AssumeRole',
  'secretsmanager:GetSecretValue',
  'ssm:GetParameter',
  'ssm:GetParameters',
  'ssm:GetParametersByPath',
]);

/** The queries of a Region that depend on no key; those of IAM only where its events are. */
export function standingQueries(scope: Scope, isGlobalRegion: boolean): Query[] {
  if (scope === 'all') return [{ by: 'All', value: '' }];
  const isAsked = (service: string): boolean =>
    (scope === 'usual' && !GLOBAL_ONLY.has(service)) || (isGlobalRegion && GLOBAL.has(service));
  const whole = WHOLE.filter(source => isAsked(serviceOf(source)));
  const services = new Set([...WHOLE.map(serviceOf), ...ELSEWHERE]);
  const named = tellingActions
    .map(action => action.split(':') as [string, string])
    .filter(([service, name]) => !services.has(service) && !LOUD.has(`${service}:${name}`) && isAsked(service))
    .map(([, name]) => name);
  return [
    ...whole.map(value => ({ by: 'EventSource', value }) as const),
    ...[...new Set(named)].sort(compareText).map(value => ({ by: 'EventName', value }) as const),
  ];
}

/** One query for each key that may have been used since `from`, the oldest first, so that new keys come last. */
export function keyQueries(keys: readonly KeyUse[], from: number): Query[] {
  return keys
    .filter(({ lastUsedAt }) => lastUsedAt === undefined || lastUsedAt + LAST_USE_GRAIN >= from)
    .toSorted((a, b) => a.createdAt - b.createdAt || compareText(a.id, b.id))
    .map(({ id }) => ({ by: 'AccessKeyId', value: id }));
}

/** IAM notes only the first use within a quarter of an hour. */
const LAST_USE_GRAIN = 15 * 60_000;

const serviceOf = (source: string): string => source.slice(0, source.indexOf('.'));
