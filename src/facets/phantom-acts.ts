import { defineFacet } from './facet.ts';
import { keepTally } from './keep.ts';
import { addToTally, type Tally, type TallyShape, tallyRows } from './tally.ts';

/** Something that a user made for one API key was used for, beside that. */
export interface PhantomAct {
  /** The operation; of the service alone when there were too many. */
  readonly action: string;
  readonly country: string;
  readonly count: number;
  readonly first: number;
  readonly last: number;
  readonly example: string;
}

const PHANTOM = /^arn:aws[a-z-]*:iam::\d*:user\/(?:.*\/)?(?:BedrockAPIKey|AeaApiKey)-[^/]*$/;

/** Whether a principal is a user that a console made to hold one API key. */
export const isPhantom = (principal: string): boolean => PHANTOM.test(principal);

/** Services whose calls such a key can sign, and where the model's contract is closed for it. */
const OWN_SERVICES: ReadonlySet<string> = new Set([
  'bedrock',
  'bedrock-mantle',
  'bedrock-agent-runtime',
  'bedrock-runtime',
  'aws-external-anthropic',
  'aws-marketplace',
  'agreement-marketplace',
]);

const SEPARATOR = '\x1f';

const SHAPE: TallyShape = {
  bound: 64,
  folds: ['sum', 'min', 'max'],
  coarser: [key => key.slice(0, key.indexOf(SEPARATOR) + 1), key => key.replace(/:.*$/s, SEPARATOR), () => SEPARATOR],
};

/** What users made for one API key did that the key is not for, whatever came of it. */
export const phantomActs = defineFacet({
  id: 'phantom-acts',
  version: 1,
  columns: ['principal', 'action', 'address'],
  ...keepTally(SHAPE),
  add(state, { principal, action, count, at, last, example }, { country }) {
    if (count === 0 || !isPhantom(principal) || isOwn(action)) return;
    addToTally(SHAPE, state, action + SEPARATOR + country, [count, at, last], example);
  },
});

/** In order of operation, then country. */
export function phantomRows(tally: Tally): PhantomAct[] {
  return tallyRows(tally).map(([key, { values, example }]) => {
    const [action, country] = key.split(SEPARATOR) as [string, string];
    const [count, first, last] = values as [number, number, number];
    return { action, country, count, first, last, example };
  });
}

const isOwn = (action: string): boolean => OWN_SERVICES.has(action.slice(0, action.indexOf(':')));
