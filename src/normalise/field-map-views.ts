import type { View, Views } from '../model/coverage.ts';
import type { FieldName, ReadyMap } from './field-map.ts';
import { blind, open } from './view.ts';

/** What the records of a log that a map reads turned out to have. */
export interface SeenFields {
  tokens: boolean;
  addresses: boolean;
  /** Lists of addresses of which none is known to be the caller's. */
  lists: boolean;
  unnamed: boolean;
  withoutId: boolean;
  /** Records so far, and the most that a saved answer says there are. */
  records: number;
  total: number;
}

export const nothingSeen = (): SeenFields => ({
  tokens: false,
  addresses: false,
  lists: false,
  unnamed: false,
  withoutId: false,
  records: 0,
  total: 0,
});

const NO_DEEDS = 'a log of calls tells of no changes of keys';
const NO_INVENTORY = 'no list of keys: those that nobody uses are unseen, and how old a key is, is not in the log';
const IN_PART = 'a list was saved in part: save all of its pages';

/** What a log that a map reads can show, and which field to add to the map for what it cannot. */
export function viewsOfMap(map: ReadyMap, seen: SeenFields): Views {
  const { deed } = map;
  const told = `the map '${map.name}' takes its records for ${deed === 'sign-in' ? 'sign-ins' : 'other use'}, not for model calls`;
  return {
    calls: deed === 'infer' ? open(...callGaps(map, seen)) : blind(told),
    tokens: deed === 'infer' ? tokensView(map, seen) : blind(told),
    places: placesView(map, seen),
    deeds: blind(NO_DEEDS),
    'sign-ins': deed === 'sign-in' ? open(...callGaps(map, seen)) : blind('a log of calls shows no sign-ins'),
    inventory: open(NO_INVENTORY),
  };
}

function callGaps(map: ReadyMap, { unnamed, withoutId, records, total }: SeenFields): string[] {
  const gaps: string[] = [];
  if (unnamed) gaps.push(callerGap(map));
  if (withoutId) gaps.push(`records that are alike in everything count once: ${advice(map, 'id')}`);
  if (records < total) gaps.push(IN_PART);
  return gaps;
}

function callerGap(map: ReadyMap): string {
  if (map.preset !== null && !isGiven(map)) return map.preset.lacks.caller;
  return `calls that name no credential are counted as those of one unknown caller: ${advice(map, 'credential')}`;
}

/** Whether the user said what names a caller. */
const isGiven = ({ preset, written }: ReadyMap): boolean => written.credential !== preset?.fields.credential;

function tokensView(map: ReadyMap, { tokens }: SeenFields): View {
  if (!tokens) return blind(`no token counts: ${advice(map, 'tokensIn')}`);
  const lacking = (['tokensIn', 'tokensOut'] as const).find(field => map.sources[field].length === 0);
  return open(lacking === undefined ? '' : `not all token counts: ${advice(map, lacking)}`);
}

function placesView(map: ReadyMap, { addresses, lists }: SeenFields): View {
  const hops = 'addresses that passed proxies are not believed: say with `trustedProxies` how many of those are yours';
  if (addresses) return open(lists ? hops : '');
  if (lists) return blind(hops);
  const { preset, written } = map;
  if (preset !== null && written.address === preset.fields.address) return blind(preset.lacks.address);
  return blind(`no addresses: ${advice(map, 'address')}`);
}

/** What to do for a field: map it, or look why nothing is where it is said to be. */
function advice({ name, written }: ReadyMap, field: FieldName): string {
  const paths = written[field] ?? [];
  if (paths.length === 0) return `add \`${field}\` to the map '${name}'`;
  return `some records have nothing at ${paths.map(path => `'${path}'`).join(', ')} (\`${field}\` of the map '${name}')`;
}
