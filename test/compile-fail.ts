import { defineFacet } from '../src/facets/facet.ts';
import { lifetime } from '../src/facets/lifetime.ts';
import { defineRule } from '../src/rules/rule.ts';

// What the declarations promise, shown by what the compiler refuses. types.test.ts compiles this file.

const count = { empty: () => ({ n: 0 }), merge() {}, encode: () => 0, decode: () => ({ n: 0 }) };

defineFacet({
  ...count,
  id: 'declared',
  version: 1,
  columns: ['hour', 'address'],
  add(state: { n: number }, event, place) {
    state.n += event.hour + event.count + place.country.length;
  },
});

defineFacet({
  ...count,
  id: 'undeclared-column',
  version: 1,
  columns: ['hour'],
  add(state: { n: number }, event) {
    // @ts-expect-error: `model` is not among the declared columns
    state.n += event.model.length;
  },
});

defineFacet({
  ...count,
  id: 'undeclared-address',
  version: 1,
  columns: ['hour'],
  add(state: { n: number }, _event, place) {
    // @ts-expect-error: a place is derived from the address, which is not declared
    state.n += place.country.length;
  },
});

const meta = {
  family: 'lifetime',
  kind: 'fact',
  title: 'Title',
  severity: 'low',
  description: 'Description.',
  remediation: 'Remedy.',
  references: [],
  falsePositives: [],
  needs: ['deeds'],
} as const;

const said = { subject: ['x'], episodes: [], evidence: {} };

defineRule({
  ...meta,
  id: 'sound',
  facets: { lifetime },
  options: { maxAgeDays: { default: 90, min: 1, max: 3650, describe: 'Days.' } },
  messages: { aged: 'Created {days} days ago; the limit is {limit}.' },
  abstentions: { unknown: 'age unknown' },
  examples: () => [{ title: 'old', events: [], expect: ['aged:low'] }],
  overview: everyone => [...everyone].length,
  *judge({ facets }, { options, overview }) {
    yield { ...said, message: 'aged', data: { days: facets.lifetime.count + overview, limit: options.maxAgeDays } };
    yield { abstain: 'unknown' };
  },
});

defineRule({
  ...meta,
  id: 'missing-placeholder',
  facets: { lifetime },
  options: {},
  messages: { aged: 'Created {days} days ago; the limit is {limit}.' },
  examples: () => [],
  // @ts-expect-error: `limit` is missing from the data
  *judge() {
    yield { ...said, message: 'aged', data: { days: 1 } };
  },
});

defineRule({
  ...meta,
  id: 'unknown-message',
  facets: { lifetime },
  options: {},
  messages: { aged: 'Old.' },
  examples: () => [],
  // @ts-expect-error: there is no message 'ages'
  *judge() {
    yield { ...said, message: 'ages', data: {} };
  },
});

defineRule({
  ...meta,
  id: 'unknown-option',
  facets: { lifetime },
  options: { maxAgeDays: { default: 90, min: 1, max: 3650, describe: 'Days.' } },
  messages: { aged: '{days}' },
  examples: () => [],
  *judge(_subject, { options }) {
    // @ts-expect-error: there is no option 'maxAge'
    yield { ...said, message: 'aged', data: { days: options.maxAge } };
  },
});

defineRule({
  ...meta,
  id: 'undeclared-facet',
  facets: { lifetime },
  options: {},
  messages: { aged: '{days}' },
  examples: () => [],
  *judge({ facets }) {
    // @ts-expect-error: the facet 'places' is not declared
    yield { ...said, message: 'aged', data: { days: facets.places.size } };
  },
});

defineRule({
  ...meta,
  id: 'unknown-abstention',
  facets: { lifetime },
  options: {},
  messages: { aged: 'Old.' },
  abstentions: { unknown: 'age unknown' },
  examples: () => [],
  // @ts-expect-error: there is no abstention 'unsure'
  *judge() {
    yield { abstain: 'unsure' };
  },
});

defineRule({
  ...meta,
  id: 'example-of-unknown-message',
  facets: { lifetime },
  options: {},
  messages: { aged: 'Old.' },
  // @ts-expect-error: an example expects a message that does not exist
  examples: () => [{ title: 'old', events: [], expect: ['ages:low'] }],
  *judge() {},
});
