import type { Outcome } from '../model/event.ts';
import { dayOfHour, HOUR } from '../time.ts';
import { compareText } from '../wording.ts';
import { defineFacet } from './facet.ts';
import { keepSlots } from './keep.ts';
import { modelFamily } from './models.ts';
import { addToSlots, type Slots, type SlotShape, slotRows } from './slots.ts';
import { isRefused } from './volume.ts';

/** Within one hour: a way of looking at what models there are, or a model that refused: denied, or not to be asked so. */
export interface Probe {
  readonly kind: 'look' | 'denied' | 'invalid';
  /** The operation of a look, the model of a refusal; empty when unknown or too many to keep apart. */
  readonly name: string;
  readonly count: number;
  readonly first: number;
  readonly last: number;
  readonly example: string;
}

/** Operations that enumerate models or that only a console calls, by service. */
const LOOKS: Readonly<Record<string, readonly string[]>> = {
  bedrock: [
    'GetFoundationModel',
    'GetFoundationModelAvailability',
    'GetModelInvocationLoggingConfiguration',
    'GetUseCaseForModelAccess',
    'ListCustomModels',
    'ListFoundationModelAgreementOffers',
    'ListFoundationModels',
    'ListImportedModels',
    'ListInferenceProfiles',
    'ListMarketplaceModelEndpoints',
    'ListProvisionedModelThroughputs',
  ],
  'bedrock-mantle': ['GetModel', 'ListModels'],
  'aws-external-anthropic': ['GetModel', 'ListModels', 'ListWorkspaces'],
  aiplatform: ['GetPublisherModel', 'ListPublisherModels'],
  generativelanguage: ['GetModel', 'ListModels'],
};

/** What a request to a proxy asks for, whichever vendor's models are behind it. */
const LOOKS_THROUGH_PROXY = ['get-model', 'list-models'];

const LOOK_ACTIONS: ReadonlySet<string> = new Set([
  ...Object.entries(LOOKS).flatMap(([service, names]) => names.map(name => `${service}:${name}`)),
  ...LOOKS_THROUGH_PROXY,
]);

const MAX_NAME = 160;

const SHAPE: SlotShape = {
  bound: 1024,
  folds: ['sum', 'min', 'max'],
  coarser: [
    (hour, probe) => [hour, renamed(probe, (name, kind) => (kind === 'look' ? name : modelFamily(name)))],
    (hour, probe) => [hour, renamed(probe, () => '')],
    (hour, probe) => [dayOfHour(hour) * 24, probe],
    (_, probe) => [0, probe],
  ],
  unit: HOUR,
};

/** Above this level only days, not hours, are kept apart. */
const HOURLY_LEVELS = 2;

/** Hour by hour, how a credential looked for models and which ones refused it. */
export const probes = defineFacet({
  id: 'probes',
  version: 4,
  columns: ['hour', 'deed', 'action', 'outcome', 'model'],
  ...keepSlots(SHAPE),
  add(state, event) {
    const probe = event.count === 0 ? undefined : probeOf(event);
    if (probe === undefined) return;
    addToSlots(SHAPE, state, [event.hour, probe], [event.count, event.at, event.last], event.example);
  },
});

/** Probes in order of their starts, then kind and name. */
export function probeRows(slots: Slots): Probe[] {
  const rows = slotRows(slots).map(([, probe, { values, example }]): Probe => {
    const [kind, name] = parts(probe);
    const [count, first, last] = values as [number, number, number];
    return { kind, name, count, first, last, example };
  });
  return rows.sort((a, b) => a.first - b.first || compareText(a.kind, b.kind) || compareText(a.name, b.name));
}

/** Whether the order of probes within a day is still known. */
export const isHourly = ({ level }: Slots): boolean => level <= HOURLY_LEVELS;

interface Attempt {
  readonly deed: string;
  readonly action: string;
  readonly outcome: Outcome;
  readonly model: string;
}

/** What an attempt is a probe of, as 'kind name'; undefined when it is none. */
export function probeOf({ deed, action, outcome, model }: Attempt): string | undefined {
  if (LOOK_ACTIONS.has(action)) return `look ${action}`;
  return deed === 'infer' && isRefused(outcome) ? `${outcome} ${model.slice(0, MAX_NAME)}` : undefined;
}

type Kind = Probe['kind'];

function renamed(probe: string, toName: (name: string, kind: Kind) => string): string {
  const [kind, name] = parts(probe);
  return `${kind} ${toName(name, kind)}`;
}

function parts(probe: string): [kind: Kind, name: string] {
  const cut = probe.indexOf(' ');
  return [probe.slice(0, cut) as Kind, probe.slice(cut + 1)];
}
