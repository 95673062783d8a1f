import { htmlText } from '../plain.ts';

/** Longer than anything that is shown; what should be shorter is cut where it is known what it is. */
const LONGEST = 20_000;

const TEXT = Symbol('markup');

/** HTML that is safe to write: no log field can be of this type, for JSON has no symbols. */
export interface Markup {
  readonly [TEXT]: string;
}

type Part = string | number | Markup | readonly Part[];

/** HTML from a template: strings put into it are escaped, markup is kept. Attributes must stand in double quotes. */
export function markup(template: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return trusted(template.reduce((text, piece, i) => text + written(parts[i - 1]!) + piece));
}

/** Text of our own as markup; never for anything that was read. */
export const trusted = (text: string): Markup => ({ [TEXT]: text });

/** The HTML of markup. */
export const textOf = (html: Markup): string => html[TEXT];

/** Nothing to show. */
export const NONE = trusted('');

function written(part: Part): string {
  if (typeof part === 'string') return htmlText(part, LONGEST);
  if (typeof part === 'number') return String(part);
  return isList(part) ? part.map(written).join('') : part[TEXT];
}

const isList = (part: Part): part is readonly Part[] => Array.isArray(part);

/** Parts with a separator between them. */
export const joined = (parts: readonly Markup[], separator: string): Markup =>
  trusted(parts.map(textOf).join(htmlText(separator)));
