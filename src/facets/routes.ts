import { HOUR } from '../time.ts';
import { defineFacet } from './facet.ts';
import { keepTally } from './keep.ts';
import { isOfTokenLog } from './logged-tokens.ts';
import { modelFamily } from './models.ts';
import { addToTally, type Tally, type TallyShape, tallyRows } from './tally.ts';
import { isByService, isTaken } from './volume.ts';

/** By which way a credential reached which model. A text is empty where it was not told or given up. */
export interface Route {
  /** What an action begins with, as in 'bedrock' or 'openai'. */
  readonly service: string;
  /** Where the call was recorded: an account, a subscription, an organisation, or the name of a proxy. */
  readonly account: string;
  readonly region: string;
  readonly model: string;
  readonly calls: number;
  readonly tokens: number;
  /** To the hour, since tokens alone have no time of their own. */
  readonly first: number;
  readonly last: number;
  /** The smallest id of a call; empty where tokens alone are told. */
  readonly example: string;
}

const SEPARATOR = '\x1f';
const [SERVICE, ACCOUNT, REGION, MODEL] = [0, 1, 2, 3] as const;

/** Longer names are cut: no real one comes near. */
const LONGEST = 160;

const step = (change: (parts: string[]) => string[]) => (key: string) => change(key.split(SEPARATOR)).join(SEPARATOR);

const SHAPE: TallyShape = {
  bound: 256,
  folds: ['sum', 'sum', 'min', 'max'],
  coarser: [
    step(parts => parts.with(MODEL, modelFamily(parts[MODEL]!))),
    step(parts => parts.with(REGION, '')),
    step(parts => parts.with(MODEL, '')),
    step(parts => parts.with(ACCOUNT, '')),
    step(parts => parts.with(SERVICE, '')),
  ],
};

/** The ways by which a credential reached models; refused and throttled calls reached none. */
export const routes = defineFacet({
  id: 'routes',
  version: 2,
  columns: ['hour', 'deed', 'outcome', 'agent', 'action', 'account', 'region', 'model'],
  ...keepTally(SHAPE),
  add(state, event) {
    const { count, hour, action, account, region, model } = event;
    const tokens = event.tokensIn + event.tokensOut;
    // A token log reached by no way of its own.
    if (isOfTokenLog(event.agent)) return;
    if (event.deed !== 'infer' || isByService(event.agent) || !isTaken(event.outcome) || count + tokens === 0) return;
    const key = [serviceIn(action), account, region, model].map(part => part.slice(0, LONGEST)).join(SEPARATOR);
    addToTally(SHAPE, state, key, [count, tokens, hour * HOUR, hour * HOUR], count > 0 ? event.example : '');
  },
});

/** The routes in order of service, account, region and model. */
export function routeRows(tally: Tally): Route[] {
  return tallyRows(tally).map(([key, { values, example }]) => {
    const [service, account, region, model] = key.split(SEPARATOR) as [string, string, string, string];
    const [calls, tokens, first, hour] = values as [number, number, number, number];
    return { service, account, region, model, calls, tokens, first, last: hour + HOUR - 1, example };
  });
}

/** Whether there were so many routes that models are told by their families alone. */
export const areFamilies = ({ level }: Tally): boolean => level > 0;

/** Proxies name an action without a service. */
const serviceIn = (action: string): string => (action.includes(':') ? action.slice(0, action.indexOf(':')) : '');
