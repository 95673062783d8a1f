import { countText, listText, withSeparators } from '../../wording.ts';
import { type Days, overlaps } from './days.ts';
import { dayOfKey, isLeftOut, leftOutService, nameOf } from './layout.ts';
import type { ListedObject } from './pages.ts';

/** Decides what of a listing is read, and remembers what is not and why. */
export interface Sieve {
  /** Takes in an object, the second time in vain. */
  add(object: ListedObject): void;
  /** Whether to look into a folder beside a trail. */
  admits(folder: string): boolean;
  taken(): Iterable<ListedObject>;
  /** Objects seen that were delivered on other days. */
  outside(): number;
  /** Whether what is taken was chosen by its day. */
  isDated(): boolean;
  /** Worth knowing of what was left out, and of what could not be. */
  remarks(): readonly string[];
}

/** A sieve for the days asked for of what lies below a folder. */
export function createSieve(asked: string, days: Days): Sieve {
  const taken = new Map<string, ListedObject>();
  const leftOut = new Set<string>();
  let outside = 0;
  let undated = 0;
  const add = (object: ListedObject): void => {
    if (taken.has(object.key)) return;
    const service = leftOutService(object.key, asked);
    const day = dayOfKey(object.key);
    if (service !== '') leftOut.add(service);
    else if (day !== '' && !overlaps(days, day)) outside++;
    else {
      if (day === '') undated++;
      taken.set(object.key, object);
    }
  };
  const admits = (folder: string): boolean => {
    const name = nameOf(folder);
    if (!isLeftOut(name)) return true;
    leftOut.add(name);
    return false;
  };
  const remarks = (): string[] => [
    ...(leftOut.size === 0 ? [] : [`left out beside the trail: ${listText([...leftOut].sort())}`]),
    ...(days.first === null || undated === 0 ? [] : [undatedText(undated, taken.size)]),
  ];
  const isDated = (): boolean => days.first !== null && undated < taken.size;
  return { add, admits, taken: () => taken.values(), outside: () => outside, isDated, remarks };
}

const undatedText = (count: number, all: number): string =>
  `${withSeparators(count)} of ${countText(all, 'object')} do not tell by their names when they were delivered and are read ` +
  'whatever their day';
