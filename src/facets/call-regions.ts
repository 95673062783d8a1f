import { defineFacet } from './facet.ts';
import { keepTally } from './keep.ts';
import { addToTally, type Tally, type TallyShape, tallyRows } from './tally.ts';
import { isTaken } from './volume.ts';

/** A Region in which models were called, or in which they ran. */
export interface CallRegion {
  readonly kind: 'called' | 'ran';
  readonly region: string;
  readonly calls: number;
  readonly first: number;
  readonly last: number;
  readonly example: string;
}

const SHAPE: TallyShape = {
  bound: 128,
  folds: ['sum', 'min', 'max'],
  coarser: [key => key.slice(0, key.indexOf(' ') + 1)],
};

/** The Regions a credential called models in, and those that the calls were answered from. */
export const callRegions = defineFacet({
  id: 'call-regions',
  version: 1,
  columns: ['deed', 'outcome', 'region', 'inferenceRegion'],
  ...keepTally(SHAPE),
  add(state, { deed, outcome, region, inferenceRegion, count, at, last, example }) {
    if (deed !== 'infer' || !isTaken(outcome) || count === 0) return;
    const values = [count, at, last];
    if (region !== '') addToTally(SHAPE, state, `called ${region}`, values, example);
    if (inferenceRegion !== '') addToTally(SHAPE, state, `ran ${inferenceRegion}`, values, example);
  },
});

/** The Regions in order of kind, then name; none once they were too many to keep apart. */
export function regionRows(tally: Tally): CallRegion[] {
  if (tally.level > 0) return [];
  return tallyRows(tally).map(([key, { values, example }]) => {
    const cut = key.indexOf(' ');
    const [calls, first, last] = values as [number, number, number];
    return { kind: key.slice(0, cut) as CallRegion['kind'], region: key.slice(cut + 1), calls, first, last, example };
  });
}
