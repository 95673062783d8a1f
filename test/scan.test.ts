import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Damage } from '../src/model/batch.ts';
import { createByteReader } from '../src/scan/byte-reader.ts';
import { inflate } from '../src/scan/inflate.ts';
import { RecordSplitter } from '../src/scan/records.ts';
import { scan } from '../src/scan/scan.ts';
import type { JsonObject, Unwanted, Wanted } from '../src/scan/wanted.ts';
import { unzstd, zstdOfNode } from '../src/scan/zstd.ts';

const signal = new AbortController().signal;

async function* from(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

const cutAt = (bytes: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));

/** What a splitter makes of some bytes, given in pieces. */
function split(bytes: string | Uint8Array, size = Number.MAX_SAFE_INTEGER) {
  const records: JsonObject[] = [];
  const damage: string[] = [];
  const splitter = new RecordSplitter({
    record: record => records.push(record),
    list: () => {},
    damage: (where, what) => damage.push(`${where}: ${what}`),
  });
  for (const chunk of cutAt(Buffer.from(bytes as string), size)) splitter.feed(chunk);
  splitter.end();
  return { records, damage };
}

const A = { a: 1, text: 'x"}],[{\\' };
const B = { b: { c: [1, { d: null }], Records: [{ inner: true }] } };
const C = { c: 'ünï €uro 😀' };
const json = JSON.stringify;
const pretty = (value: unknown): string => JSON.stringify(value, null, 2);

describe('shapes', () => {
  const shapes: readonly [string, string, readonly unknown[]][] = [
    ['nothing', '', []],
    ['white space', ' \r\n\t ', []],
    ['an empty array', '[]', []],
    ['an empty envelope', '{"Records":[]}', []],
    ['Records', json({ Records: [A, B, C] }), [A, B, C]],
    ['Events', json({ Events: [A, B, C], NextToken: 'x' }), [A, B, C]],
    ['value', json({ '@odata.context': { a: [1] }, value: [A, B, C] }), [A, B, C]],
    ['records', json({ records: [A, B, C] }), [A, B, C]],
    ['a printed envelope', `${pretty({ before: { Records: [1] }, Records: [A, B, C], after: ['x'] })}\n`, [A, B, C]],
    ['an envelope with records on lines', `{"Records":[\n${json(A)},\n${json(B)}\n]}`, [A, B]],
    ['an envelope of two arrays', json({ Records: [A], records: [B] }), [A, B]],
    ['a bare array', json([A, B, C]), [A, B, C]],
    ['a printed array', pretty([A, B, C]), [A, B, C]],
    ['one object', json(B), [B]],
    ['one printed object', pretty(B), [B]],
    ['an object whose array by an envelope key holds no objects', '{"value":[1,{"a":1}]}', [{ value: [1, { a: 1 }] }]],
    ['a key that only ends like an envelope key', '{"x\\"Records":[{}]}', [{ 'x"Records': [{}] }]],
    ['JSON Lines', `${json(A)}\n${json(B)}\r\n\n${json(C)}`, [A, B, C]],
    ['printed objects one after another', `${pretty(A)}\n${pretty(B)}${pretty(C)}`, [A, B, C]],
    ['a line and a printed object', `${json(A)}\n${pretty(B)}`, [A, B]],
    ['lines of arrays', `${json([A, B])}\n${json([C])}\n`, [A, B, C]],
    [
      'lines of envelopes',
      `${json({ Records: [A] })}\n${json({ Records: [] })}\n${json({ Records: [B, C] })}`,
      [A, B, C],
    ],
    ['an array of envelopes', json([{ Records: [A] }, { Records: [B] }]), [A, B]],
    ['an array of arrays', json([[A], [B, C]]), [A, B, C]],
    ['records that look like envelopes in an envelope', json({ value: [{ value: [A] }] }), [{ value: [A] }]],
    ['a key twice: the last counts', '{"a":1,"a":2}', [{ a: 2 }]],
    ['a replacement character that was there before', '{"a":"\ufffd"}', [{ a: '\ufffd' }]],
    [
      '200 levels',
      `${'{"a":'.repeat(199)}{}${'}'.repeat(199)}`,
      [JSON.parse(`${'{"a":'.repeat(199)}{}${'}'.repeat(199)}`)],
    ],
  ];

  test.each(shapes)('%s', (_title, text, records) => {
    expect(split(text)).toEqual({ records, damage: [] });
  });

  test.each(shapes)('%s, one byte at a time', (_title, text, records) => {
    expect(split(text, 1)).toEqual({ records, damage: [] });
  });
});

describe('damage costs the record it lies in', () => {
  const nul = '\0';
  const cases: readonly [string, string, readonly unknown[], readonly string[]][] = [
    ['cut in a record', '[{"a":1},{"b":', [{ a: 1 }], ['byte 9: the JSON ends inside a record']],
    ['cut between records', '[{"a":1},', [{ a: 1 }], ['byte 9: the JSON ends before its closing brackets']],
    [
      'no end of the envelope',
      '{"Records":[{"a":1}]',
      [{ a: 1 }],
      ['byte 20: the JSON ends before its closing brackets'],
    ],
    ['a bad literal', '[{"a":tru},{"b":2}]', [{ b: 2 }], ['byte 1: not valid JSON']],
    ['a missing comma inside', '[{"a":1 "x":2},{"b":2}]', [{ b: 2 }], ['byte 1: not valid JSON']],
    ['a missing comma between', '[{"a":1}{"b":2}]', [{ a: 1 }, { b: 2 }], ['byte 8: a comma is missing']],
    [
      'a comma too many',
      '[{"a":1},,{"b":2},]',
      [{ a: 1 }, { b: 2 }],
      ['byte 9: a comma too many', 'byte 18: a comma too many'],
    ],
    ['a brace too few', '[{"a":{"x":1},{"b":2},{"c":3}]', [{ b: 2 }, { c: 3 }], ['byte 1: cut short']],
    ['a brace too many', '[{"a":1}},{"b":2}]', [{ a: 1 }, { b: 2 }], ['byte 8: a bracket too many']],
    ['brackets that do not match', '[{"a":[1},{"b":2}]', [{ b: 2 }], ['byte 1: brackets that do not match']],
    ['no end of the array', '{"Records":[{"a":1}}', [{ a: 1 }], ['byte 19: a closing bracket is missing']],
    [
      'things that are no objects',
      '[1,"{",null,{"b":2}]',
      [{ b: 2 }],
      ['byte 1: not a JSON object', 'byte 3: not a JSON object', 'byte 7: not a JSON object'],
    ],
    ['junk behind', '{"Records":[{"a":1}]} junk', [{ a: 1 }], ['byte 22: text that is not JSON']],
    ['junk before', 'junk\n{"a":1}', [{ a: 1 }], ['byte 0: text that is not JSON']],
    [
      'a bad envelope',
      '{"x":tru,"Records":[{"a":1}]}',
      [{ a: 1 }],
      ['byte 0: the object around the records is not valid JSON'],
    ],
    [
      'a bad end of an envelope',
      '{"Records":[{"a":1}],"x"}',
      [{ a: 1 }],
      ['byte 0: the object around the records is not valid JSON'],
    ],
    [
      'one page of an answer that has more',
      '{"value":[{"a":1}],"@odata.nextLink":"https://graph.example.com/next"}',
      [{ a: 1 }],
      ['byte 0: one page of several: save the list whole'],
    ],
    ['the last page', '{"value":[{"a":1}],"nextLink":""}', [{ a: 1 }], []],
    ['NUL bytes behind', `{"a":1}${nul.repeat(9)}`, [{ a: 1 }], ['byte 7: text that is not JSON']],
    ['a NUL byte inside', `[{"a":"${nul}"},{"b":2}]`, [{ b: 2 }], ['byte 1: not valid JSON']],
    ['a bad line', '{"a":1}\n{"b":\n{"c":3}\n', [{ a: 1 }, { c: 3 }], ['line 2, byte 8: cut short']],
    [
      'a line cut in a text',
      '{"a":1}\n{"b":"x\n{"c":3}\n',
      [{ a: 1 }, { c: 3 }],
      ['line 2, byte 8: a line break inside a text'],
    ],
    [
      'a line cut at a backslash',
      '{"a":1}\n{"b":"x\\\n{"c":3}\n',
      [{ a: 1 }, { c: 3 }],
      ['line 2, byte 8: a line break inside a text'],
    ],
    ['a bad first line', '{"a":1,\n{"b":2}\n{"c":3}\n', [{ b: 2 }, { c: 3 }], ['byte 0: cut short']],
    ['a first line cut in a text', '{"a":"x\n{"b":2}\n', [{ b: 2 }], ['byte 0: a line break inside a text']],
    [
      'a bad array on a line',
      '[{"a":1}]\n[{"b":"x\n[{"c":3}]',
      [{ a: 1 }, { c: 3 }],
      ['line 2, byte 11: a line break inside a text', 'line 3, byte 28: the JSON ends before its closing brackets'],
    ],
    ['a text that is not closed', '[\n {"a":"x},\n {"b":2}\n]', [{ b: 2 }], ['byte 3: a line break inside a text']],
    [
      'too deep',
      `[${'{"a":'.repeat(201)}1${'}'.repeat(201)},{"b":2}]`,
      [{ b: 2 }],
      ['byte 1: nested deeper than 200 levels'],
    ],
  ];

  test.each(cases)('%s', (_title, text, records, damage) => {
    expect(split(text)).toEqual({ records, damage });
  });

  test.each(cases)('%s, one byte at a time', (_title, text, records, damage) => {
    expect(split(text, 1)).toEqual({ records, damage });
  });

  test('invalid UTF-8 is read with replacement characters and reported', () => {
    const bytes = Buffer.concat([Buffer.from('[{"a":"'), Buffer.from([0xff]), Buffer.from('"},{"b":2}]')]);
    const damage = ['byte 1: invalid UTF-8, read with replacement characters'];
    expect(split(bytes)).toEqual({ records: [{ a: '\ufffd' }, { b: 2 }], damage });
  });
});

const recordOf = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 });
const isPlain = (record: JsonObject): boolean => !/"(Records|Events|value|records)"/.test(json(record));
const someRecords = fc.array(recordOf.filter(isPlain), { minLength: 1, maxLength: 6 });
const asParsed = (records: readonly unknown[]): unknown => JSON.parse(json(records));

const spellings: readonly ((records: readonly JsonObject[]) => string)[] = [
  records => json(records),
  records => pretty(records),
  records => json({ Records: records }),
  records => pretty({ first: [1, {}], value: records, last: '' }),
  records => records.map(record => json(record)).join('\n'),
  records => records.map(record => pretty(record)).join('\n'),
];

describe('laws', () => {
  test('every spelling gives the records, however it is cut', () => {
    fc.assert(
      fc.property(
        someRecords,
        fc.constantFrom(...spellings),
        fc.integer({ min: 1, max: 40 }),
        (records, spell, size) => {
          expect(split(spell(records), size)).toEqual({ records: asParsed(records), damage: [] });
        },
      ),
    );
  });

  test('bytes of any kind, however they are cut, give the same and never throw', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      ',',
      ':',
      '\\',
      '\n',
      ' ',
      '{"a":1}',
      '"Records":[',
      'x',
      '\0',
      '1',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), fc.integer({ min: 1, max: 9 }), (pieces, size) => {
        expect(split(pieces.join(''), size)).toEqual(split(pieces.join('')));
      }),
      { numRuns: 2000 },
    );
  });

  test.each(['[', '{"Records":['])('a file that begins with %s, cut anywhere, is a prefix and says so', head => {
    const all = [A, B, C];
    const text = `${head}${all.map(record => pretty(record)).join(',')}${head === '[' ? ']' : ']}'}`;
    const bytes = Buffer.from(text);
    for (let length = 1; length < bytes.length; length++) {
      const { records, damage } = split(bytes.subarray(0, length));
      expect(records).toEqual(all.slice(0, records.length));
      expect(damage, `cut at ${length}`).toHaveLength(1);
    }
    expect(split(bytes)).toEqual({ records: all, damage: [] });
  });

  test('a record lost on one line leaves all the others', () => {
    const lines = fc.array(recordOf.filter(isPlain), { minLength: 3, maxLength: 8 });
    fc.assert(
      fc.property(lines, fc.nat(), fc.nat(), (records, which, where) => {
        const texts = records.map(record => json({ record }));
        const bad = 1 + (which % (records.length - 1));
        const line = texts[bad]!;
        texts[bad] = line.slice(0, 1 + (where % (line.length - 1)));
        const { records: found, damage } = split(`${texts.join('\n')}\n`);
        expect(found).toEqual(asParsed(records.filter((_, i) => i !== bad).map(record => ({ record }))));
        expect(damage).toHaveLength(1);
      }),
    );
  });
});

async function open(chunks: readonly Uint8Array[], maxInflatedBytes?: number) {
  const limit = maxInflatedBytes === undefined ? {} : { maxInflatedBytes };
  const bytes = inflate(from(chunks), { signal, ...limit });
  const parts: Uint8Array[] = [];
  for await (const chunk of bytes) parts.push(chunk);
  return { text: Buffer.concat(parts).toString('latin1'), fault: bytes.fault(), taken: bytes.taken() };
}

describe('gzip', () => {
  const noise = (seed: number) => (Math.imul(seed, 0x9e3779b1) >>> 0).toString(36);
  const text = Array.from({ length: 30_000 }, (_, i) => noise(i)).join(' ');
  const gz = zlib.gzipSync(text);
  const named = Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, 0x1e, 0, 0, 0, 0, 0, 3, 2, 0, 7, 7]),
    Buffer.from('name\0note\0'),
    Buffer.from([9, 9]),
    gz.subarray(10),
  ]);
  const flipped = (at: number): Buffer => {
    const copy = Buffer.from(gz);
    copy[at < 0 ? copy.length + at : at]! ^= 1;
    return copy;
  };
  const zeros = (count: number): Buffer => Buffer.alloc(count);
  const end = `byte ${gz.length} of the file`;

  const cases: readonly [string, Buffer, string, { where: string; what: string } | null][] = [
    ['one member', gz, text, null],
    ['a member of nothing', zlib.gzipSync(''), '', null],
    ['two members', Buffer.concat([gz, gz]), text + text, null],
    ['zero padding', Buffer.concat([gz, zeros(1000)]), text, null],
    ['a member behind zero padding', Buffer.concat([gz, zeros(10), gz]), text + text, null],
    ['every optional header field', named, text, null],
    [
      'garbage behind',
      Buffer.concat([gz, Buffer.from('garbage')]),
      text,
      { where: end, what: 'other data follows the gzip data' },
    ],
    [
      'garbage behind zero padding',
      Buffer.concat([gz, zeros(9), Buffer.from('x')]),
      text,
      { where: `byte ${gz.length + 9} of the file`, what: 'other data follows the gzip data' },
    ],
    [
      'a cut trailer',
      gz.subarray(0, -1),
      text,
      { where: `byte ${gz.length - 1} of the file`, what: 'the gzip data is cut short' },
    ],
    [
      'a second member cut in its header',
      Buffer.concat([gz, gz.subarray(0, 5)]),
      text,
      { where: `byte ${gz.length + 5} of the file`, what: 'the gzip data is cut short' },
    ],
    ['a wrong checksum', flipped(-8), text, { where: end, what: 'the gzip checksum does not match' }],
    ['a wrong length', flipped(-4), text, { where: end, what: 'the gzip length does not match' }],
  ];

  test.each(cases)('%s', async (_title, bytes, expected, fault) => {
    for (const size of [bytes.length, 1000]) {
      const result = await open(cutAt(bytes, size));
      expect(result.text === expected).toBe(true);
      expect(result.fault).toEqual(fault === null ? null : { ...fault, isUnread: false });
      expect(result.taken).toBe(fault === null ? bytes.length : result.taken);
    }
  });

  test('cut at any byte: what came before is used, the cut is told', async () => {
    const small = zlib.gzipSync('{"a":1}\n'.repeat(9));
    for (let length = 2; length < small.length; length++) {
      const { text: got, fault } = await open([small.subarray(0, length)]);
      expect('{"a":1}\n'.repeat(9).startsWith(got)).toBe(true);
      expect(fault).toEqual({
        where: `byte ${length} of the file`,
        what: 'the gzip data is cut short',
        isUnread: false,
      });
    }
  });

  test('a fault in the middle costs only what follows it', async () => {
    const bad = Buffer.from(gz);
    bad.fill(0xff, gz.length >> 1, (gz.length >> 1) + 64);
    const { text: got, fault } = await open([bad]);
    const same = [...got].findIndex((letter, i) => letter !== text[i]);
    expect(same < 0 ? got.length : same).toBeGreaterThan(text.length * 0.45);
    expect(fault?.what).toMatch(/^the gzip (data is damaged|checksum does not match)$/);
  });

  test('everything before a fault is used', async () => {
    const blocks = zlib.deflateRawSync(text.slice(0, 10_000), { finishFlush: zlib.constants.Z_SYNC_FLUSH });
    const noSuchBlock = Buffer.from([0xff]);
    const result = await open([Buffer.concat([gz.subarray(0, 10), blocks, noSuchBlock, zeros(99)])]);
    expect(result.text).toBe(text.slice(0, 10_000));
    expect(result.fault?.what).toBe('the gzip data is damaged');
  });

  test('a limit on what it may expand to', async () => {
    const { text: got, fault } = await open([zlib.gzipSync('x'.repeat(1_000_000))], 100_000);
    expect(got.length).toBeLessThanOrEqual(100_000);
    expect(fault?.what).toBe('expands to more than 100000 bytes: not read further');
  });

  test('reading that stops early leaves nothing behind', async () => {
    const bytes = inflate(from(cutAt(gz, 500)), { signal });
    for await (const chunk of bytes) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(bytes.taken()).toBeLessThan(gz.length);
  });

  test('an aborted reading is a fault', async () => {
    const stop = new AbortController();
    const bytes = inflate(from(cutAt(gz, 500)), { signal: stop.signal });
    for await (const chunk of bytes) if (chunk.length > 0) stop.abort();
    expect(bytes.fault()).toMatchObject({ what: 'interrupted', isUnread: true });
  });
});

/** "hello world, " 40 times: one compressed frame with a checksum, as `zstd` writes it. */
const ZSTD = Buffer.from('KLUv/QRYpQAAaGhlbGxvIHdvcmxkLCABAPigzi/wElzh', 'base64');

describe('zstd', () => {
  test('needs a newer Node', async ctx => {
    ctx.skip(zstdOfNode() !== undefined, 'this Node has zstd, so there is nothing to refuse');
    const fault = { where: 'byte 0 of the file', what: 'needs Node 22.15 or newer to read zstd', isUnread: false };
    expect(await open([ZSTD])).toEqual({ text: '', fault, taken: 0 });
  });

  test('frames one after another', async ctx => {
    ctx.skip(zstdOfNode() === undefined, 'this Node has no zstd; 22.15 and newer have');
    const text = 'hello world, '.repeat(40);
    expect(await open([ZSTD])).toMatchObject({ text, fault: null });
    expect(await open([Buffer.concat([ZSTD, ZSTD])])).toMatchObject({ text: text + text, fault: null });
    const bad = Buffer.concat([ZSTD, Buffer.from('garbage')]);
    expect(await open([bad])).toMatchObject({ text, fault: { what: 'other data follows the zstd data' } });
  });

  test('the end of a frame is found, and a cut one told, whatever decompresses it', async () => {
    for (let length = 4; length <= ZSTD.length; length++) {
      const frames = unzstd(createByteReader(from([ZSTD.subarray(0, length)])), swallow);
      let step = await frames.next();
      while (!step.done) step = await frames.next();
      expect(step.value).toBe(length === ZSTD.length ? '' : 'the zstd data is cut short');
    }
  });

  test('real frames are walked to their end', async ctx => {
    ctx.skip(!hasZstd(), 'the zstd command is not installed');
    const noise = zlib.deflateRawSync(readFileSync(new URL('../package-lock.json', import.meta.url)));
    for (const input of [Buffer.alloc(0), Buffer.alloc(500_000), Buffer.concat([noise, noise, noise])]) {
      const frame = execFileSync('zstd', ['-q', '-c'], { input });
      const frames = unzstd(createByteReader(from([frame, frame])), swallow);
      let step = await frames.next();
      while (!step.done) step = await frames.next();
      expect(step.value).toBe('');
    }
  });
});

function hasZstd(): boolean {
  try {
    execFileSync('zstd', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Stands for a decompressor where Node has none: takes everything, makes nothing. */
function swallow() {
  let bytesWritten = 0;
  const stream = new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      bytesWritten += chunk.length;
      done();
    },
  });
  return Object.defineProperty(stream, 'bytesWritten', { get: () => bytesWritten }) as never;
}

interface Fake extends Wanted {
  readonly title: string;
}

const fake = (id: string, key: string): Fake => ({
  id,
  title: id,
  paths: { it: [key] },
  unwrap: record => (Object.hasOwn(record, key) ? record : null),
});
const formats = [fake('left', 'left'), fake('right', 'right')];
const others: readonly Unwanted[] = [{ what: 'digest', recognises: record => Object.hasOwn(record, 'digest') }];

async function scanAll(bytes: Uint8Array) {
  const scanned = scan(inflate(from([bytes]), { signal }), formats, others);
  const rows: string[] = [];
  const counts = new Map<string, number>();
  let unknown = 0;
  let taken = 0;
  let step = await scanned.next();
  for (; !step.done; step = await scanned.next()) {
    for (const { wanted, fields } of step.value.rows) rows.push(`${wanted.id} ${fields.it}`);
    for (const [what, count] of step.value.others) counts.set(what, (counts.get(what) ?? 0) + count);
    unknown += step.value.unknown;
    taken += step.value.bytes;
  }
  const damage: readonly Damage[] = step.value.damage;
  return { rows, others: [...counts], unknown, taken, damage };
}

describe('scan', () => {
  const lists: readonly [string, readonly string[]][] = [
    ['', []],
    [' \n', []],
    ['{}', []],
    ['{"left":1}\n{"left":2}', []],
    ['[]', ['']],
    ['[{"left":1}]', ['']],
    ['{"Records":[]}', ['Records']],
    ['{"Events":[],"NextToken":"x"}\n{"value":[]}', ['Events', 'value']],
    ['{"records":[{"left":1}]}', ['records']],
    ['{"left":{"Records":[]},"Other":[]}', []],
    ['left,b,c\n', ['']],
  ];
  test.each(lists)('%j has the lists %j', async (text, expected) => {
    const scanned = scan(inflate(from([Buffer.from(text)]), { signal }), formats, others);
    let step = await scanned.next();
    while (!step.done) step = await scanned.next();
    expect([...step.value.lists]).toEqual(expected);
  });

  test('sorts records by format and counts the rest', async () => {
    const records = [{ left: 1 }, { right: 2 }, { digest: 1 }, { odd: 1 }, { right: 3 }, { left: '' }];
    const bytes = Buffer.from(json({ Records: records }));
    const rows = ['left 1', 'right 2', 'right 3', 'left '];
    expect(await scanAll(bytes)).toEqual({
      rows,
      others: [['digest', 1]],
      unknown: 1,
      taken: bytes.length,
      damage: [],
    });
  });

  test('batches are small enough to die young', async () => {
    const text = Array.from({ length: 2500 }, (_, i) => json({ left: i })).join('\n');
    const scanned = scan(inflate(from([Buffer.from(text)]), { signal }), formats, others);
    const sizes: number[] = [];
    for await (const { rows } of scanned) sizes.push(rows.length);
    expect(sizes).toEqual([...Array(39).fill(64), 4]);
  });

  const encodings: readonly [string, Buffer][] = [
    ['UTF-8 with a byte order mark', Buffer.from('\ufeff{"left":"ü"}', 'utf8')],
    ['UTF-16 LE', Buffer.from('\ufeff{"left":"ü"}', 'utf16le')],
    ['UTF-16 BE', Buffer.from('\ufeff{"left":"ü"}', 'utf16le').swap16()],
    ['gzip', zlib.gzipSync('{"left":"ü"}')],
  ];
  test.each(encodings)('%s', async (_title, bytes) => {
    expect(await scanAll(bytes)).toMatchObject({ rows: ['left ü'], damage: [] });
  });

  test('damage is bounded: twenty places, then counts', async () => {
    const { damage } = await scanAll(Buffer.from('{"left":1}\n'.concat('x\n'.repeat(5000))));
    expect(damage).toHaveLength(21);
    expect(damage[0]).toEqual({ where: 'line 2, byte 11', what: 'text that is not JSON', count: 1 });
    expect(damage[20]).toEqual({ where: 'further on', what: 'text that is not JSON', count: 4980 });
  });

  const csv: readonly [string, string, readonly string[], readonly Damage[]][] = [
    ['rows', 'left,b,c\n1,2,3\n4,5,6\n', ['left 1', 'left 4'], []],
    ['quotes and line breaks', '"left","b","c"\r\n"a ""b"",\nc",2,3\r\n', ['left a "b",\nc'], []],
    ['empty lines and no end of line', '\ufeffleft,b,c\n\n1,2,3', ['left 1'], []],
    ['a comma more at each end', 'left,b,c\n1,2,3,\n', ['left 1'], []],
    [
      'a row too short',
      'left,b,c\n1,2\n4,5,6\n',
      ['left 4'],
      [{ where: 'row 2', what: 'not as many fields as the header has', count: 1 }],
    ],
    [
      'a quote that is not closed',
      'left,b,c\n1,2,3\n"4,5,6\n',
      ['left 1'],
      [{ where: 'row 3', what: 'not a valid CSV row', count: 1 }],
    ],
    ['a column called __proto__', '__proto__,left,c\nx,1,y\n', ['left 1'], []],
  ];
  test.each(csv)('CSV: %s', async (_title, text, rows, damage) => {
    expect(await scanAll(Buffer.from(text))).toMatchObject({ rows, damage, unknown: 0 });
  });

  test.each(['a,b', 'some text, with, commas 1.', '1,2,3'])('%j is not a table', async text => {
    const damage = [{ where: 'byte 0', what: 'text that is not JSON', count: 1 }];
    expect(await scanAll(Buffer.from(text))).toMatchObject({ rows: [], unknown: 0, damage });
  });
});
