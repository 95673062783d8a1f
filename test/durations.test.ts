import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseInstant, parseSpan, parseWhen, readInstant, readWhen, WHEN_PATTERN } from '../src/durations.ts';
import { UserError } from '../src/errors.ts';
import { DAY, HOUR } from '../src/time.ts';

const NOW = Date.UTC(2026, 10, 20);

test.each([
  ['2026-06-01', '2026-06-01T00:00:00.000Z'],
  ['2026-06-01T12:30', '2026-06-01T12:30:00.000Z'],
  ['2026-06-01T12:30:15', '2026-06-01T12:30:15.000Z'],
  ['2026-06-01T12:30:15Z', '2026-06-01T12:30:15.000Z'],
  ['2026-06-01T12:30:15.250Z', '2026-06-01T12:30:15.250Z'],
  ['2026-06-01T12:30:15.123456789Z', '2026-06-01T12:30:15.123Z'],
  ['2026-06-01T00:30:00+02:00', '2026-05-31T22:30:00.000Z'],
  ['2026-06-01T12:30-05:30', '2026-06-01T18:00:00.000Z'],
  ['2024-02-29', '2024-02-29T00:00:00.000Z'],
])('%s is the instant %s in every time zone', (text, expected) => {
  const zone = process.env.TZ;
  for (const TZ of ['UTC', 'America/St_Johns', 'Pacific/Kiritimati']) {
    process.env.TZ = TZ;
    expect(new Date(parseInstant(text)!).toISOString()).toBe(expected);
  }
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

test.each([
  '',
  'yesterday',
  '30d',
  '2026-06',
  '2026-6-1',
  '2026-02-29',
  '2026-02-30',
  '2026-13-01',
  '2026-06-01T25:00Z',
  '2026-06-01T12:61Z',
  '2026-06-01T12:30:15+0200',
  '2026-06-01 12:30',
  ' 2026-06-01',
  '2026-06-01\n',
  '+020000-01-01',
])('%j is no instant', text => {
  expect(parseInstant(text)).toBeUndefined();
});

test.each([
  ['30d', 30 * DAY],
  ['12h', 12 * HOUR],
  ['2w', 14 * DAY],
  ['0d', 0],
])('%s is %d ms', (text, expected) => {
  expect(parseSpan(text)).toBe(expected);
  expect(parseWhen(text, NOW)).toBe(NOW - expected);
});

test.each(['30', 'd', '-3d', '1.5d', '30 d', '30D', '5m', '1y', '999999d', '3dd'])('%j is no span', text => {
  expect(parseSpan(text)).toBeUndefined();
});

test('an instant reads back as itself, however it is cut', () => {
  const noOlder = { min: new Date('1970-01-01'), max: new Date('2999-12-31'), noInvalidDate: true };
  fc.assert(
    fc.property(fc.date(noOlder), date => {
      const text = date.toISOString();
      expect(parseInstant(text)).toBe(date.getTime());
      expect(parseInstant(text.slice(0, -1))).toBe(date.getTime());
      expect(parseInstant(text.slice(0, 10))).toBe(Math.floor(date.getTime() / DAY) * DAY);
    }),
  );
});

test('whatever is accepted fits the pattern that editors are given', () => {
  const pieces = fc.constantFrom('2026', '-', '06', '01', 'T', '12', ':', '30', 'Z', '+02:00', 'd', '.5', ' ');
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), parts => {
      const text = parts.join('');
      if (parseWhen(text, NOW) !== undefined) expect(text).toMatch(WHEN_PATTERN);
    }),
  );
});

test('what is wrong is named with its option and the forms there are', () => {
  const refused = (read: () => unknown): unknown => {
    try {
      return read();
    } catch (error) {
      return error instanceof UserError ? [error.message, error.hint] : error;
    }
  };
  expect(refused(() => readInstant('--now', '30d'))).toEqual([
    "--now '30d' is not a time",
    'Write it as 2026-06-01 or 2026-06-01T12:00:00Z.',
  ]);
  expect(refused(() => readWhen('--since', '30 days', NOW))).toEqual([
    "--since '30 days' is not a time",
    'Write it as 12h, 30d, 2w (hours, days, weeks), 2026-06-01 or 2026-06-01T12:00:00Z.',
  ]);
  expect(refused(() => readWhen('--since', '30d', NOW))).toBe(NOW - 30 * DAY);
});
