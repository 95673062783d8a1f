/** What shows nothing or steers the terminal: controls, formats (bidi, zero-width), separators, lone surrogates. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Marks piled on one letter spill over the neighbouring lines; two are enough for any language. */
const PILED_MARKS = /(\p{M}{2})\p{M}+/gu;

const MARK = '…';

/** Untrusted text made harmless for a terminal: what hides is spelt out as `\x1b` or `\u{202e}`, and `cap` bounds it. */
export function plain(text: string, cap = 1000): string {
  const spelt = text
    .slice(0, cap + 1)
    .replace(HIDDEN, spellOut)
    .replace(/\p{Zs}/gu, ' ')
    .replace(PILED_MARKS, `$1${MARK}`);
  if (spelt.length <= cap) return spelt;
  const kept = spelt.slice(0, cap - 1);
  return `${endsInHalf(kept) ? kept.slice(0, -1) : kept}${MARK}`;
}

function spellOut(character: string): string {
  const point = character.codePointAt(0)!;
  return point <= 0xff ? `\\x${point.toString(16).padStart(2, '0')}` : `\\u{${point.toString(16)}}`;
}

const endsInHalf = (text: string): boolean => /[\ud800-\udbff]$/.test(text);

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Untrusted text for the content of an HTML element or for an attribute in quotes. */
export const htmlText = (text: string, cap?: number): string =>
  plain(text, cap).replace(/[&<>"']/g, character => ENTITIES[character]!);

/** Untrusted text for an element or an attribute of XML 1.0, which forbids two characters more than HTML. */
export const xmlText = (text: string, cap?: number): string => htmlText(text, cap).replace(/[\ufffe\uffff]/g, spellOut);

/** Text as the message of a GitHub workflow command; line breaks that are meant stay line breaks. */
export const commandText = (text: string): string => text.replace(/[%\r\n]/g, percentEncoded);

/** Text as a property of a GitHub workflow command. */
export const commandProperty = (text: string): string => text.replace(/[%\r\n:,]/g, percentEncoded);

const percentEncoded = (character: string): string =>
  `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;

/** Words in which no Markdown, GitHub, GitLab or Slack sees more than letters, digits and marks of a sentence. */
const PROSE = /^[\p{L}\p{N}.,;:!?'"()%/+=–—…→-]*$/u;

/** What of those would still become a link, a picture or a reference: addresses, `:cat:`, commits, `GH-1`, `!1`, `%1`. */
const LINKED = /:\/\/|^\W*www\.|:[\w+-]+:|^\W*[\da-f]{7,}\W*$|\bGH-\d|[!%]["\w]/i;

/** A word that makes a list or a heading of the line that it begins. */
const LIST_MARK = /^(?:[-+=]+|\d+[.)])$/;

/** What a text quotes itself, as a whole: a command, say. */
const QUOTED = /(?<=(?:^| )\(?)`([^`]+)`(?=[),.;:]*(?: |$))/;

/** Untrusted text of which each word that markup could take for its own is quoted, without the punctuation around it. */
export function quoteWords(text: string, quote: (word: string) => string, cap?: number): string {
  const pieces = plain(text, cap).split(QUOTED);
  return pieces.map((piece, i) => (i % 2 === 1 ? quote(piece) : quoteEach(piece, i === 0, quote))).join('');
}

function quoteEach(text: string, isStart: boolean, quote: (word: string) => string): string {
  const isProse = (word: string, i: number) =>
    PROSE.test(word) && !LINKED.test(word) && !(isStart && i === 0 && LIST_MARK.test(word));
  const words = text.split(' ');
  return words.map((word, i) => (isProse(word, i) ? word : quoteCore(word, quote))).join(' ');
}

function quoteCore(word: string, quote: (word: string) => string): string {
  const [, before, core, after] = /^([('"]*)(.*?)([)'",.;:!?]*)$/u.exec(word)!;
  return core === '' ? quote(word) : `${before}${quote(core!)}${after}`;
}

/** Untrusted text for a paragraph of Markdown: it formats, links, mentions and refers to nothing. */
export const markdownText = (text: string, cap?: number): string => quoteWords(text, codeSpan, cap);

/** Untrusted text for a cell of a Markdown table. */
export const markdownCell = (text: string, cap?: number): string => markdownText(text, cap).replaceAll('|', '\\|');

/** Untrusted text as a code span of Markdown; empty for none. */
export const markdownCode = (text: string, cap?: number): string => (text === '' ? '' : codeSpan(plain(text, cap)));

function codeSpan(text: string): string {
  const longest = longestRun(text, '`');
  const fence = '`'.repeat(longest + 1);
  // A space at both ends of more than spaces would be taken away, and a backtick would lengthen the fence.
  const gap = longest > 0 || /^ .*[^ ].* $/.test(text) ? ' ' : '';
  return `${fence}${gap}${text}${gap}${fence}`;
}

/** How often a character occurs in a row, at most. */
export const longestRun = (text: string, character: string): number =>
  (text.match(new RegExp(`${character}+`, 'g')) ?? []).reduce((longest, { length }) => Math.max(longest, length), 0);

/** Untrusted text for a `mrkdwn` text of Slack: it formats nothing and calls nobody. */
export const slackText = (text: string, cap?: number): string =>
  quoteWords(text, word => `\`${slackPlain(word.replaceAll('`', "'"))}\``, cap);

/** Untrusted text for a text of Slack that knows no formats. */
export const slackPlain = (text: string, cap?: number): string =>
  plain(text, cap).replace(/[&<>]/g, character => ENTITIES[character]!);

/** Excel holds no longer text in a cell. */
const LONGEST_CELL = 32_000;

/** What a spreadsheet takes for a formula where a cell begins, which in some countries is behind a semicolon. */
const FORMULA = /(^|;)([\s"']*)(?=[=+@＝＋－＠-])/g;

/** Untrusted text as a field of CSV (RFC 4180) that no spreadsheet takes for a formula. */
export function csvField(text: string): string {
  const harmless = plain(text, LONGEST_CELL).replace(FORMULA, "$1'$2");
  return /[",;]|^ | $/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{18d08}\u{1b000}-\u{1b2fb}\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{1fa70}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const WIDTHLESS = /[\p{M}\u1160-\u11ff]/u;
const ASCII = /^[\x20-\x7e]*$/;

/** How many columns plain text takes: none for combining marks, two for East Asian wide characters and emoji. */
export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
}

function columnsOf(character: string): number {
  if (ASCII.test(character)) return 1;
  if (WIDTHLESS.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** The longest beginning of a text that fits the width; at least one character of a text that is not empty. */
export function headOf(text: string, width: number): string {
  let used = 0;
  let end = 0;
  for (const character of text) {
    used += columnsOf(character);
    if (used > width && end > 0) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/** Whether a word is there to be followed, so that it must not be cut. */
export const isAddress = (word: string): boolean => /^\W*https?:\/\//.test(word);

/** Head and tail of a text that is wider than `width`, as in `AKIA…7Q2M`. */
export function truncateMiddle(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  if (width <= 1) return MARK;
  const room = width - 1;
  const characters = [...text];
  const head = fitting(characters, Math.ceil(room / 2));
  const tail = fitting(characters.reverse(), Math.floor(room / 2));
  return `${head.join('')}${MARK}${tail.reverse().join('')}`;
}

function fitting(characters: readonly string[], width: number): string[] {
  let used = 0;
  const end = characters.findIndex(character => {
    used += columnsOf(character);
    return used > width;
  });
  return characters.slice(0, end === -1 ? undefined : end);
}

/** A name without what its neighbours on the line say: `user/ci-eval` for its ARN, `accounts/x` for an Azure id. */
export function shortName(name: string, width = 40): string {
  const [, owner, which] = UNNAMED.exec(name) ?? [];
  if (owner === undefined) return truncateMiddle(lastPartOf(name), width);
  const tail = ` key ${which!.length > 3 ? `of ${which!.slice(0, 10)}` : which!}`;
  return truncateMiddle(lastPartOf(owner), Math.max(1, width - tail.length)) + tail;
}

/** A key that a report tells of without its id: by its owner, and by when it was made or which of two it is. */
const UNNAMED = /^(arn:[^/]*:(?:user\/.+|root))\/access-key-(\d[\dT:-]*)$/;

/** Whether an id stands for a key whose own id is not known. */
export const isUnnamed = (id: string): boolean => UNNAMED.test(id);

function lastPartOf(name: string): string {
  const arn = /^arn:[^:]*:[^:]*:[^:]*:[^:]*:(.+)$/.exec(name);
  if (arn !== null) return arn[1]!;
  return name.startsWith('/subscriptions/') ? name.split('/').slice(-2).join('/') : name;
}

const KEY_ID = /^[A-Z0-9]{16,32}$/;

/** A credential's id as it is told apart by eye: `AKIA…7Q2M`, or the short name of an ARN. */
export function shortId(id: string): string {
  return KEY_ID.test(id) ? truncateMiddle(id, 9) : shortName(id, 32);
}

/** Short ids that still differ where the ids do; two that would look alike stay longer. */
export function shortIds(ids: readonly string[]): string[] {
  const holders = new Map<string, Set<string>>();
  for (const id of ids) {
    const held = holders.get(shortId(id));
    if (held === undefined) holders.set(shortId(id), new Set([id]));
    else held.add(id);
  }
  return ids.map(id =>
    holders.get(shortId(id))!.size === 1
      ? shortId(id)
      : isUnnamed(id)
        ? truncateMiddle(lastPartOf(id), 60)
        : truncateMiddle(id, 32),
  );
}
