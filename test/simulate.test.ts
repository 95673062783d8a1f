import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { openBundledDatabase } from '../src/geo/database.ts';
import type { AuditEvent } from '../src/model/event.ts';
import { readText } from './read-text.ts';
// Generators are plain JavaScript, so that they run under every Node that is supported.
import { ATTACKS } from './simulate/attacks.mjs';
import { pareto, poisson } from './simulate/draws.mjs';
import { ABROAD, ACCESS, ACCESS_V6, addressIn, CLOUD, v6AddressIn } from './simulate/places.mjs';
import { recordBefore } from './simulate/rhythms.mjs';
import { simulate } from './simulate/simulate.mjs';
import { DAY, HOUR } from './simulate/time.mjs';
import { Random } from './make/random.mjs';

interface Label {
  readonly id: string;
  readonly attack: string;
  readonly loudness: string;
  readonly credentials: readonly string[];
  readonly from: string;
  readonly until: string;
}

interface File {
  readonly path: string;
  readonly text: string;
}

const KEYS = 60;

/** Everything a simulation writes, or what it writes on the first days. */
function write(seed: number, days = Number.POSITIVE_INFINITY) {
  const simulation = simulate({ seed, keys: KEYS });
  const files: File[] = [];
  for (let day = 0; day < Math.min(days, simulation.calendar.days); day++) files.push(...simulation.filesOf(day));
  return { simulation, files };
}

const digest = (files: readonly File[]): string =>
  createHash('sha256')
    .update(files.map(({ path, text }) => `${path}\n${text}`).join('\n'))
    .digest('hex');

describe('a simulated organisation', () => {
  const { simulation, files } = write(1);
  const labels: readonly Label[] = simulation.labels;
  const events: AuditEvent[] = [];
  const faults: string[] = [];
  let duplicates = 0;

  beforeAll(async () => {
    const seen = new Set<string>();
    for (const { path, text } of files) {
      const { events: told, completion } = await readText(text);
      if (!completion.complete || completion.kind === '') faults.push(`${path}: ${JSON.stringify(completion.damage)}`);
      for (const event of told) {
        if (seen.has(event.example)) duplicates++;
        else events.push(event);
        seen.add(event.example);
      }
    }
  });

  test('is the same for the same seed, byte for byte, and another for another', () => {
    const again = write(1, 14);
    const begun = files.slice(0, again.files.length);
    expect(digest(again.files)).toBe(digest(begun));
    expect(again.simulation.labels).toEqual(labels);
    expect(digest(write(2, 14).files)).not.toBe(digest(begun));
  });

  test('is read whole, and nothing in it is malformed', () => {
    expect(faults).toEqual([]);
    expect(events.length).toBeGreaterThan(20_000);
  });

  test('has events delivered twice and late, and none after its end', () => {
    expect(duplicates).toBeGreaterThan(50);
    expect(simulation.counts.late).toBeGreaterThan(100);
    expect(Math.max(...events.map(({ at }) => at).slice(-1000))).toBeLessThan(
      simulation.calendar.start + simulation.calendar.days * DAY,
    );
  });

  test('labels what is there: every credential was used, or made, in the time that is told', () => {
    expect(labels.length).toBeGreaterThan(20);
    for (const { id, credentials, from, until } of labels) {
      const names = new Set(credentials);
      const seen = events.filter(
        ({ at, credential, target }) =>
          at >= Date.parse(from) && at <= Date.parse(until) && (names.has(credential) || names.has(target)),
      );
      const used = new Set(seen.flatMap(({ credential, target }) => [credential, target]));
      expect([id, credentials.filter(name => !used.has(name))]).toEqual([id, []]);
    }
  });

  test('dials as it says: ten times the record and 500 calls, three to ten times, and under three', () => {
    const planned = new Map(simulation.holders.map(holder => [holder.credential as string, holder]));
    const busiest = (name: string, from: number, until: number): number => {
      const hours = new Map<number, number>();
      for (const { credential, deed, at, count } of events) {
        if (credential !== name || deed !== 'infer' || at < from || at >= until) continue;
        hours.set(Math.floor(at / HOUR), (hours.get(Math.floor(at / HOUR)) ?? 0) + count);
      }
      return Math.max(...hours.values());
    };
    const judged = labels.filter(({ attack }) => attack === 'leaked-key-burst' || attack === 'llmjacking-quiet');
    expect(judged.length).toBeGreaterThan(3);
    for (const { id, loudness, credentials, from, until } of judged) {
      const [name = ''] = credentials;
      const holder = planned.get(name);
      const record = recordBefore(holder!.plan, (Date.parse(from) - simulation.calendar.start) / HOUR);
      const peak = busiest(name, Date.parse(from), Date.parse(until));
      const times = peak / Math.max(1, record);
      if (loudness === 'loud') expect([id, peak >= 500 && times >= 10]).toEqual([id, true]);
      // The holder goes on working in these hours.
      if (loudness === 'slow') expect([id, times < 4]).toEqual([id, true]);
      if (loudness === 'medium') expect([id, times >= 3 || peak >= 40]).toEqual([id, true]);
    }
  });

  test('plants no key in two attacks', () => {
    const taken = labels.flatMap(({ credentials }) => credentials.filter(name => !name.startsWith('user/')));
    expect(new Set(taken).size).toBe(taken.length);
  });
});

test('every attack is told of in the plan', () => {
  expect(new Set(ATTACKS.map(([name]) => name)).size).toBe(ATTACKS.length);
  for (const [, , wanted] of ATTACKS) expect(Object.keys(wanted).length).toBeGreaterThan(0);
});

test('addresses are where the bundled database has them', () => {
  const database = openBundledDatabase();
  const random = new Random('addresses');
  const strays: string[] = [];
  for (const table of [ACCESS, CLOUD, ABROAD]) {
    for (const country of Object.keys(table)) {
      for (let i = 0; i < 300; i++) {
        const address = addressIn(random, table, country);
        if (database.find(address).country !== country) strays.push(`${address} ${country}`);
      }
    }
  }
  for (const country of Object.keys(ACCESS_V6)) {
    for (let i = 0; i < 300; i++) {
      const address = v6AddressIn(random, country);
      if (database.find(address).country !== country) strays.push(`${address} ${country}`);
    }
  }
  expect(strays).toEqual([]);
});

test('draws have the shape they are named after', () => {
  const random = new Random('draws');
  const mean = (draw: () => number) => Array.from({ length: 20_000 }, draw).reduce((sum, x) => sum + x, 0) / 20_000;
  expect(mean(() => poisson(random, 4))).toBeCloseTo(4, 0);
  expect(mean(() => poisson(random, 90))).toBeCloseTo(90, 0);
  const tail = Array.from({ length: 20_000 }, () => pareto(random)).filter(x => x > 8).length / 20_000;
  expect(tail).toBeCloseTo(8 ** -1.6, 2);
});
