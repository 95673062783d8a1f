import { dig, digList, digText } from '../../../normalise/dig.ts';

/** What a trail is told to record. */
export interface Selection {
  /** Whether management events that read, and those that write, are recorded without exceptions that matter here. */
  readonly reads: boolean;
  readonly writes: boolean;
  /** Resource types whose data events are recorded: all of them, or those that further conditions let through. */
  readonly data: ReadonlyMap<string, 'all' | 'some'>;
}

/** What an answer of GetEventSelectors lets through; any one selector is enough, classic or advanced. */
export function selectionOf(answer: unknown): Selection {
  const parts = [
    ...digList(answer, 'EventSelectors').map(classicSelection),
    ...digList(answer, 'AdvancedEventSelectors').map(advancedSelection),
  ];
  const data = new Map<string, 'all' | 'some'>();
  for (const part of parts)
    for (const [type, extent] of part.data) if (data.get(type) !== 'all') data.set(type, extent);
  return { reads: parts.some(({ reads }) => reads), writes: parts.some(({ writes }) => writes), data };
}

/** Services whose events are left out of many trails, because they are many and tell nothing of keys. */
const NOISY: ReadonlySet<string> = new Set(['kms.amazonaws.com', 'rdsdata.amazonaws.com']);

function classicSelection(selector: unknown): Selection {
  const kind = digText(selector, 'ReadWriteType') || 'All';
  const isWhole = digList(selector, 'ExcludeManagementEventSources').every(isNoisy);
  const isManaged = dig(selector, 'IncludeManagementEvents') !== false && isWhole;
  const types = digList(selector, 'DataResources').map(resource => digText(resource, 'Type'));
  return {
    reads: isManaged && kind !== 'WriteOnly',
    writes: isManaged && kind !== 'ReadOnly',
    data: new Map(types.map(type => [type, kind === 'All' ? 'all' : 'some'])),
  };
}

/** Conditions hold together; what the category and the type leave open is narrowed by any other. */
function advancedSelection(selector: unknown): Selection {
  const fields = digList(selector, 'FieldSelectors');
  const valuesOf = (name: string): readonly unknown[] =>
    fields.filter(field => digText(field, 'Field') === name).flatMap(field => digList(field, 'Equals'));
  const others = fields.filter(field => !['eventCategory', 'resources.type'].includes(digText(field, 'Field')));
  const categories = valuesOf('eventCategory');
  const readOnly = valuesOf('readOnly');
  const isManaged =
    categories.includes('Management') && others.every(other => digText(other, 'Field') === 'readOnly' || spares(other));
  const types = categories.includes('Data') ? valuesOf('resources.type').filter(type => typeof type === 'string') : [];
  return {
    reads: isManaged && !readOnly.includes('false'),
    writes: isManaged && !readOnly.includes('true'),
    data: new Map(types.map(type => [type, others.length === 0 ? 'all' : 'some'])),
  };
}

/** Whether a condition only leaves out services that are noisy. */
const spares = (field: unknown): boolean =>
  digText(field, 'Field') === 'eventSource' &&
  digList(field, 'NotEquals').length > 0 &&
  digList(field, 'NotEquals').every(isNoisy) &&
  ['Equals', 'StartsWith', 'EndsWith', 'NotStartsWith', 'NotEndsWith'].every(name => digList(field, name).length === 0);

const isNoisy = (source: unknown): boolean => typeof source === 'string' && NOISY.has(source);
