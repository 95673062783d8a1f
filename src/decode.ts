import { anthropicForms } from './decode/anthropic.ts';
import { awsForms } from './decode/aws.ts';
import { azureForms } from './decode/azure.ts';
import { googleForms } from './decode/google.ts';
import type { DecodedKey, KeyForm } from './decode/key.ts';
import { openaiForms } from './decode/openai.ts';
import { otherForms } from './decode/others.ts';

/** A key that was found in a text, and on which of its lines. */
export interface FoundKey extends DecodedKey {
  readonly line: number;
}

const FORMS: readonly KeyForm[] = [
  ...awsForms,
  ...anthropicForms,
  ...openaiForms,
  ...azureForms,
  ...googleForms,
  ...otherForms,
];

/** So much text behind a key may tell more of it. */
const BEHIND = 8_192;

interface Hit {
  readonly from: number;
  readonly until: number;
  readonly text: string;
  readonly key: DecodedKey;
}

/**
 * Says of every key in a text what it is, in their order: from its form alone, without asking anyone. Of what is secret no
 * more than the type and the last four characters is in what it says. A key that comes twice is told once.
 */
export function decode(text: string): FoundKey[] {
  const hits = FORMS.flatMap(form => [...hitsOf(form, text)]);
  hits.sort((a, b) => a.from - b.from || b.until - a.until);
  const told = new Set<string>();
  const lines = lineCounter(text);
  const found: FoundKey[] = [];
  let end = 0;
  for (const hit of hits) {
    if (hit.from < end) continue;
    end = hit.until;
    if (told.has(hit.text)) continue;
    told.add(hit.text);
    found.push({ line: lines(hit.from), ...hit.key });
  }
  return found;
}

function* hitsOf({ pattern, read }: KeyForm, text: string): Generator<Hit> {
  for (const { index, 0: match } of text.matchAll(pattern)) {
    const until = index + match.length;
    const key = read(match, text.slice(until, until + BEHIND));
    if (key !== null) yield { from: index, until, text: match, key };
  }
}

/** Tells the line that a place in a text is on; places are asked for in their order. */
function lineCounter(text: string): (at: number) => number {
  let line = 1;
  let next = text.indexOf('\n');
  return at => {
    for (; next >= 0 && next < at; next = text.indexOf('\n', next + 1)) line++;
    return line;
  };
}
