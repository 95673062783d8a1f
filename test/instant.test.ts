import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readInstant } from '../src/normalise/instant.ts';

const read = (text: string): string | undefined => {
  const at = readInstant(text);
  return at === undefined ? undefined : new Date(at).toISOString();
};

describe('readInstant', () => {
  test.each([
    ['2024-07-30T21:53:13Z', '2024-07-30T21:53:13.000Z'],
    ['2020-09-14T00:44:23.000Z', '2020-09-14T00:44:23.000Z'],
    ['2024-02-29T23:59:59.5Z', '2024-02-29T23:59:59.500Z'],
    ['2024-07-30T21:53:13.1234567Z', '2024-07-30T21:53:13.123Z'],
    ['2024-07-30T21:53:13.123456789Z', '2024-07-30T21:53:13.123Z'],
    ['2024-07-30T21:53:13.123456789+02:00', '2024-07-30T19:53:13.123Z'],
    ['2022-02-08 09:23:37+11:00', '2022-02-07T22:23:37.000Z'],
    ['2022-02-08 09:23:37 +1100', '2022-02-07T22:23:37.000Z'],
    ['2022-02-08T09:23:37-03:30', '2022-02-08T12:53:37.000Z'],
    ['2022-02-08 09:23:37.123 UTC', '2022-02-08T09:23:37.123Z'],
    ['2022-02-08T09:23:37', '2022-02-08T09:23:37.000Z'],
    ['2022-02-08T09:23', '2022-02-08T09:23:00.000Z'],
    ['20131102T010628Z', '2013-11-02T01:06:28.000Z'],
    ['1/9/2007 10:41:00 AM +01:00', '2007-01-09T09:41:00.000Z'],
    ['1/9/2007, 12:41:00.250 AM', '2007-01-09T00:41:00.250Z'],
    ['12/31/2024 23:59:59', '2024-12-31T23:59:59.000Z'],
    ['Nov 30, 2024, 8:43:17 PM', '2024-11-30T20:43:17.000Z'],
    ['Jul 30, 2024 9:53:13 PM', '2024-07-30T21:53:13.000Z'],
    ['May 24, 2025, 12:51:14\u202fAM', '2025-05-24T00:51:14.000Z'],
    ['1722376393', '2024-07-30T21:53:13.000Z'],
    ['1722376393.25', '2024-07-30T21:53:13.250Z'],
    ['1722376393123', '2024-07-30T21:53:13.123Z'],
  ])('%s', (text, instant) => {
    expect(read(text)).toBe(instant);
  });

  test.each([
    '',
    'yesterday',
    '2024-02-30T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '2024-04-31T00:00:00Z',
    '2024-13-01T00:00:00Z',
    '2024-00-01T00:00:00Z',
    '2024-01-00T00:00:00Z',
    '2024-01-01T24:00:00Z',
    '2024-01-01T00:60:00Z',
    '2024-01-01T00:00:60Z',
    '2024-1-01T00:00:00Z',
    '2024-01-01T00:0x:00Z',
    '2024-01-01T00:00:00.12x4567Z',
    '2024-01-01T00:00:00+15:00',
    '2005-12-31T23:59:59Z',
    '2101-01-01T00:00:00Z',
    '13/9/2007 10:41:00 AM',
    '1/9/2007 13:41:00 PM',
    '1/9/2007 0:41:00 AM',
    'Foo 30, 2024, 8:43:17 PM',
    'Feb 30, 2024, 8:43:17 PM',
    '0000000001',
    '17223763931',
    'Infinity',
    '2024-07-30T21:53:13Z'.padEnd(60),
  ])('refuses %j', text => {
    expect(readInstant(text)).toBeUndefined();
  });

  test('reads back every instant of its range as the calendar has it', () => {
    const range = { min: Date.UTC(2006, 0, 1), max: Date.UTC(2101, 0, 1) - 1 };
    fc.assert(fc.property(fc.integer(range), at => readInstant(new Date(at).toISOString()) === at));
    fc.assert(fc.property(fc.integer(range), at => readInstant(String(at)) === (at >= 1e11 ? at : undefined)));
  });

  test('never throws and never answers outside its range', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), text => {
        const at = readInstant(text);
        return (
          at === undefined || (Number.isSafeInteger(at) && at >= Date.UTC(2006, 0, 1) && at < Date.UTC(2101, 0, 1))
        );
      }),
    );
  });
});
