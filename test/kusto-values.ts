/** A value as Kusto has it: times and spans are ticks of 100 ns, what is dynamic is as JSON has it. */
export type Value = string | number | bigint | boolean | null | object;

type Call = (args: readonly Value[]) => Value;

const TICKS_A_MILLISECOND = 10_000n;
const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,7}))?Z$/;
const SPANS: Readonly<Record<string, bigint>> = { ms: TICKS_A_MILLISECOND, h: 3_600_000n * TICKS_A_MILLISECOND };

/** The instant of a text in ISO form; null for what is none. */
export function ticksOf(text: string): bigint | null {
  const found = TIME.exec(text);
  if (found === null) return null;
  const fraction = BigInt((found[2] ?? '').padEnd(7, '0'));
  return BigInt(Date.parse(`${found[1]}Z`)) * TICKS_A_MILLISECOND + fraction;
}

/** A span as it is written in a query. */
export function spanOf(text: string): bigint {
  const [, count = '', unit = ''] = /^(\d+)([a-z]+)$/.exec(text) ?? [];
  const ticks = SPANS[unit];
  if (ticks === undefined) throw new Error(`a span that is not known: ${text}`);
  return BigInt(count) * ticks;
}

/** A regular expression of RE2, of as much as the queries use. */
export function regexOf(text: string): RegExp {
  const known = regexes.get(text) ?? compiled(text);
  regexes.set(text, known);
  return known;
}

const regexes = new Map<string, RegExp>();

function compiled(text: string): RegExp {
  const isFolded = text.startsWith('(?i)');
  const body = isFolded ? text.slice('(?i)'.length) : text;
  if (/\(\?(?!:)/.test(body)) throw new Error(`not in RE2, or not understood here: ${text}`);
  return new RegExp(body, isFolded ? 'i' : '');
}

export function textOf(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'bigint') return isoOf(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function isoOf(ticks: bigint): string {
  const whole = ticks / (TICKS_A_MILLISECOND * 1_000n);
  const fraction = ticks % (TICKS_A_MILLISECOND * 1_000n);
  return `${new Date(Number(whole) * 1_000).toISOString().slice(0, 19)}.${String(fraction).padStart(7, '0')}Z`;
}

/** The member of a bag; null when there is none. */
export function memberOf(value: Value, name: string): Value {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name)) return null;
  return (value as Record<string, Value>)[name] ?? null;
}

const isEmpty = (value: Value): boolean => value === null || value === '';

/** A boolean, where only that will do. */
export function truthOf(value: Value): boolean {
  if (typeof value !== 'boolean') throw new Error(`not a boolean: ${textOf(value)}`);
  return value;
}

function text(value: Value | undefined): string {
  if (typeof value !== 'string') throw new Error(`not a string: ${textOf(value ?? null)}`);
  return value;
}

function numberOf(value: Value): number | null {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : null;
}

function parse(value: Value): Value {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as Value;
  } catch {
    return value === '' ? null : value;
  }
}

function bin(value: Value, step: Value): Value {
  if (value === null) return null;
  if (typeof value !== 'bigint' || typeof step !== 'bigint') throw new Error('bin of what is no time');
  return (value / step) * step;
}

function trim(pattern: string, value: string): string {
  const { source, flags } = regexOf(pattern);
  return value.replace(new RegExp(`^(?:${source})`, flags), '').replace(new RegExp(`(?:${source})$`, flags), '');
}

function choose(args: readonly Value[]): Value {
  for (let i = 0; i + 1 < args.length; i += 2) if (truthOf(args[i]!)) return args[i + 1]!;
  return args.at(-1)!;
}

/** Any hash will do that gives equal texts the same part. */
function hash(value: string, parts: number): number {
  let sum = 0;
  for (let i = 0; i < value.length; i++) sum = (sum * 31 + value.charCodeAt(i)) % 1_000_003;
  return sum % parts;
}

/** The functions of Kusto that the queries use; whatever else they call fails. */
export const FUNCTIONS: Readonly<Record<string, Call>> = {
  bin: ([value, step]) => bin(value!, step!),
  tostring: ([value]) => textOf(value!),
  tolower: ([value]) => text(value).toLowerCase(),
  parse_json: ([value]) => parse(value!),
  todatetime: ([value]) => (typeof value === 'string' ? ticksOf(value) : value!),
  tolong: ([value]) => (numberOf(value!) === null ? null : Math.trunc(numberOf(value!)!)),
  todouble: ([value]) => numberOf(value!),
  iff: ([condition, yes, no]) => (truthOf(condition!) ? yes! : no!),
  case: choose,
  coalesce: args => args.find(value => !isEmpty(value)) ?? args.at(-1)!,
  isempty: ([value]) => isEmpty(value!),
  isnotempty: ([value]) => !isEmpty(value!),
  isnull: ([value]) => value === null,
  not: ([value]) => !truthOf(value!),
  strcat: args => args.map(textOf).join(''),
  trim: ([pattern, value]) => trim(text(pattern), text(value)),
  extract: ([pattern, group, value]) => regexOf(text(pattern)).exec(text(value))?.[Number(group)] ?? '',
  hash: ([value, parts]) => hash(text(value), Number(parts)),
};

const lower = (value: Value): string => text(value).toLowerCase();

/** Whether a text has a word that stands by itself, in any case. */
function has(value: Value, word: Value): boolean {
  const escaped = lower(word).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![a-z0-9])${escaped}(?![a-z0-9])`).test(lower(value));
}

function compare(order: (a: number | bigint, b: number | bigint) => boolean) {
  return (a: Value, b: Value): boolean => {
    if (a === null || b === null) return false;
    const isOrdered = typeof a === typeof b && (typeof a === 'number' || typeof a === 'bigint');
    if (!isOrdered) throw new Error(`compared: ${textOf(a)} and ${textOf(b)}`);
    return order(a as number | bigint, b as number | bigint);
  };
}

/** Operators between two values, by the kind of their node. */
export const OPERATORS: Readonly<Record<string, (a: Value, b: Value) => boolean>> = {
  AndExpression: (a, b) => truthOf(a) && truthOf(b),
  OrExpression: (a, b) => truthOf(a) || truthOf(b),
  EqualExpression: (a, b) => a === b,
  NotEqualExpression: (a, b) => a !== b,
  EqualTildeExpression: (a, b) => lower(a) === lower(b),
  BangTildeExpression: (a, b) => lower(a) !== lower(b),
  GreaterThanExpression: compare((a, b) => a > b),
  GreaterThanOrEqualExpression: compare((a, b) => a >= b),
  LessThanExpression: compare((a, b) => a < b),
  LessThanOrEqualExpression: compare((a, b) => a <= b),
  MatchesRegexExpression: (a, b) => regexOf(text(b)).test(text(a)),
  HasExpression: has,
  ContainsExpression: (a, b) => lower(a).includes(lower(b)),
  StartsWithExpression: (a, b) => lower(a).startsWith(lower(b)),
  NotStartsWithExpression: (a, b) => !lower(a).startsWith(lower(b)),
  EndsWithExpression: (a, b) => lower(a).endsWith(lower(b)),
  NotEndsWithExpression: (a, b) => !lower(a).endsWith(lower(b)),
};

/** Operators between a value and a list. */
export const LIST_OPERATORS: Readonly<Record<string, (a: Value, list: readonly Value[]) => boolean>> = {
  InExpression: (a, list) => list.includes(a),
  NotInExpression: (a, list) => !list.includes(a),
  InCsExpression: (a, list) => list.map(lower).includes(lower(a)),
  NotInCsExpression: (a, list) => !list.map(lower).includes(lower(a)),
  HasAnyExpression: (a, list) => list.some(word => has(a, word)),
};
