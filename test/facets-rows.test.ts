import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EXAMPLE_WIDTH, Examples, smallerExample } from '../src/facets/examples.ts';
import { Rows } from '../src/facets/rows.ts';
import { Table } from '../src/facets/table.ts';

const MOST = 2 ** 31 - 1;

const number = fc.oneof(
  fc.integer(),
  fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }),
  fc.double({ noNaN: true }),
  fc.constantFrom(MOST, MOST + 1, -MOST - 1, -MOST - 2, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
);

describe('Rows', () => {
  test('any number comes back as it was put, whatever its page holds', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(number, number), { maxLength: 200 }), pairs => {
        const rows = new Rows(2);
        for (const pair of pairs) {
          const row = rows.add();
          expect(rows.values(row, 0, 2)).toEqual([0, 0]);
          pair.forEach((value, column) => rows.set(row, column, value));
        }
        // Zeros need not keep their sign.
        const unsigned = (values: readonly number[]): number[] => values.map(value => value + 0);
        expect(pairs.map((_, row) => unsigned(rows.values(row, 0, 2)))).toEqual(pairs.map(unsigned));
      }),
    );
  });
});

describe('Table', () => {
  test('finds each of many keys again, near and far apart', () => {
    const keys = Array.from({ length: 60_000 }, (_, i) => (i % 2 === 0 ? i : i * 2 ** 21));
    const table = new Table(['sum', 'min'], key => key);
    for (const key of [...keys, ...keys]) table.fold(key, [1, key + 5]);
    const ascending = [...keys].sort((a, b) => a - b);
    expect(Array.from(table.rows(), ([key, values]) => [key, ...values])).toEqual(ascending.map(k => [k, 2, k + 5]));
  });
});

const hex = (length: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...'07f89ab'), { minLength: length, maxLength: length }).map(digits => digits.join(''));
const guid = fc.tuple(hex(8), hex(4), hex(4), hex(4), hex(12)).map(parts => parts.join('-'));
const id = fc.oneof(
  guid,
  guid.map(text => text.toUpperCase()),
  guid.map(text => `00000000${text.slice(8)}`),
  guid.map(text => `7fffffff${text.slice(8)}`),
  guid.map(text => text.slice(0, 20)),
  fc.constantFrom('', 'event-1', '00000000-0000-0000-0000-000000000000'),
);

/** So many rows of an example behind a column of something else. */
function rowsFor(count: number): Rows {
  const rows = new Rows(1 + EXAMPLE_WIDTH);
  for (let i = 0; i < count; i++) rows.add();
  return rows;
}

describe('Examples', () => {
  test('keeps the smallest id of each row, be it a GUID or not', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(80), id), { maxLength: 120 }), told => {
        const examples = new Examples(rowsFor(81), 1);
        const smallest = new Map<number, string>();
        for (const [row, example] of told) {
          examples.fold(row, example);
          smallest.set(row, smallerExample(smallest.get(row) ?? '', example));
        }
        for (const [row, example] of smallest) expect(examples.get(row)).toBe(example);
      }),
      { numRuns: 500 },
    );
  });

  test('an id that is put takes the place of any other', () => {
    const examples = new Examples(rowsFor(1), 1);
    const ids = [
      'event-1',
      '8b7e3c0a-0000-4000-8000-00000000000a',
      'event-2',
      '',
      'f',
      '8b7e3c0a-0000-4000-8000-00000000000b',
      '',
    ];
    for (const each of ids) {
      examples.set(0, each);
      expect(examples.get(0)).toBe(each);
    }
  });
});
