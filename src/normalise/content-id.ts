import { hashText } from '../hash.ts';
import { canonicalJson } from './canonical-json.ts';

/** A name in short, to tell apart what else is told alike. */
export const short = (text: string): string => hashText(text).toString(36);

/** The id of a record that has none of its own: it is known again by what is in it. */
export const contentId = (record: unknown): string => `content:${short(canonicalJson(record))}`;
