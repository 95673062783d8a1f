import type { RegisterRow } from '../../model/register.ts';
import { withSeparators } from '../../wording.ts';
import { displayWidth, headOf, plain, shortName, truncateMiddle } from '../plain.ts';
import {
  ageText,
  costText,
  countOf,
  expiryText,
  kindText,
  lastUsedText,
  shortCount,
  tokensText,
  UNKNOWN,
} from './words.ts';

/** A column of the table in the terminal. */
export interface Column {
  readonly title: string;
  /** The smaller, the more a narrow terminal needs it. */
  readonly rank: number;
  /** Shown only where it has something to tell. */
  readonly isExtra?: boolean;
  readonly isNumber?: boolean;
  /** Where its text may be shortened: to no less than so many columns, and never more than that many. */
  readonly room?: readonly [least: number, most: number];
  /** The cell, in so many columns. */
  cell(row: RegisterRow, width: number): string;
}

const LONGEST = 400;

/** Every column there is, from left to right. */
export const columnsAt = (now: number): readonly Column[] => [
  { title: 'KEY', rank: 0, room: [16, 44], cell: ({ id }, width) => shortId(id, width) },
  {
    title: 'NAME',
    rank: 10,
    isExtra: true,
    room: [10, 30],
    cell: ({ name }, width) => truncateMiddle(plain(name, LONGEST), width),
  },
  { title: 'PROVIDER', rank: 6, cell: ({ provider }) => provider },
  { title: 'KIND', rank: 8, cell: kindText },
  {
    title: 'HOLDER',
    rank: 1,
    room: [18, 40],
    cell: ({ holder }, width) => shortName(plain(holder, LONGEST) || UNKNOWN, width),
  },
  { title: 'AGE', rank: 2, isNumber: true, cell: ageText },
  { title: 'EXPIRES', rank: 9, isExtra: true, isNumber: true, cell: row => expiryText(row, now) },
  { title: 'USED', rank: 3, isNumber: true, cell: row => lastUsedText(row, now) },
  { title: 'PLACES', rank: 4, room: [6, 30], cell: placesText },
  { title: 'NETS', rank: 12, isExtra: true, isNumber: true, cell: ({ networks }) => countOf(networks) },
  { title: 'CALLS', rank: 5, isNumber: true, cell: ({ calls }) => countOf(calls) },
  { title: 'TOKENS', rank: 7, isExtra: true, isNumber: true, cell: tokensText },
  { title: 'COST', rank: 11, isExtra: true, isNumber: true, cell: costText },
  { title: 'MODELS', rank: 13, isExtra: true, room: [24, 40], cell: modelsText },
];

/** An id as it is told apart: what is cut out of it is its middle, never its end. */
const shortId = (id: string, width: number): string => shortName(plain(id, LONGEST), width);

/** The countries with their counts, or without, or as many of them as there is room for. */
function placesText({ places }: RegisterRow, width: number): string {
  if (places === null || places.length === 0) return UNKNOWN;
  const names = places.map(({ country }) => plain(country, 20));
  const counted = places.map(({ uses }, i) => `${names[i]!} ${shortCount(uses)}`);
  return fitting(counted, ', ', width) ?? fitting(names, ' ', width) ?? withRest(names, ' ', width);
}

function modelsText({ models }: RegisterRow, width: number): string {
  const names = (models ?? []).map(model => shortName(plain(model, LONGEST), LONGEST));
  if (names.length === 0) return UNKNOWN;
  return fitting(names, ', ', width) ?? withRest(names, ', ', width);
}

function fitting(items: readonly string[], separator: string, width: number): string | null {
  const text = items.join(separator);
  return displayWidth(text) <= width ? text : null;
}

/** The first of a list, and how many more there are. */
function withRest(items: readonly string[], separator: string, width: number): string {
  for (let shown = items.length - 1; shown > 0; shown--) {
    const text = fitting([...items.slice(0, shown), `+${withSeparators(items.length - shown)}`], separator, width);
    if (text !== null) return text;
  }
  const rest = items.length > 1 ? ` +${withSeparators(items.length - 1)}` : '';
  return truncateMiddle(items[0]!, Math.max(1, width - rest.length)) + headOf(rest, Math.max(0, width - 1));
}
