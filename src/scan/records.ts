import { isUtf8 } from 'node:buffer';
import type { JsonObject } from './wanted.ts';
import { Window } from './window.ts';

const MIB = 1024 * 1024;
const MAX_DEPTH = 200;
const MAX_BYTES = 8 * MIB;
const LOOK_BACK = 64;
const MAX_LISTS = 2;

/** Keys whose array of objects makes the object around it an envelope of records. */
const ENVELOPE = /(?<!\\)"(Records|Events|value|records|data|entries|keys)"[ \t\r\n]*:[ \t\r\n]*$/;

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const MARKED = new Uint8Array(256);
for (const mark of [NEWLINE, QUOTE, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT]) MARKED[mark] = 1;

const isSpace = (byte: number): boolean => byte === 0x20 || byte === NEWLINE || byte === 0x0d || byte === 0x09;

const CUT = 'the JSON ends inside a record';
const UNCLOSED = 'the JSON ends before its closing brackets';
const INVALID = 'not valid JSON';
const SHELL = 'the object around the records is not valid JSON';
const ONE_PAGE = 'one page of several: save the list whole';
const UTF8 = 'invalid UTF-8, read with replacement characters';

/** Where a splitter puts what it finds. */
export interface RecordSink {
  record(record: JsonObject): void;
  /** A list that may hold records begins: its key in an envelope, or empty for a bare array. */
  list(key: string): void;
  damage(where: string, what: string): void;
}

type Place = 'between' | 'junk' | 'list' | 'scalar' | 'value' | 'maybe';

/** An open array of records; with an `envelope`, it is part of that object. */
interface List {
  last: 'open' | 'value' | 'comma';
  readonly envelope: Envelope | null;
}

/** The object around the records: its text without them, null when too large to be worth checking. */
interface Envelope {
  readonly head: string | null;
  readonly at: number;
  readonly line: number;
  readonly fault: string;
}

/**
 * Finds JSON records in a stream of bytes, however it is cut, and parses each alone: in an array, in an envelope, on
 * lines or one after another. Damage costs the record it lies in and is reported; the search goes on behind it.
 */
export class RecordSplitter {
  readonly #sink: RecordSink;
  readonly #window = new Window();
  readonly #lists: List[] = [];
  readonly #open = new Uint8Array(MAX_DEPTH);
  #place: Place = 'between';
  #depth = 0;
  #inText = false;
  #fault = '';
  #envelope: Envelope | null = null;
  #envelopeKey = '';
  #valueAt = 0;
  #valueLine = 1;
  #line = 1;
  #hasLines = false;
  #hasSpreads = false;

  constructor(sink: RecordSink) {
    this.#sink = sink;
  }

  /** Reports the records that end in this chunk. */
  feed(chunk: Uint8Array): void {
    this.#window.append(chunk);
    while (this.#advance());
    this.#forget();
  }

  /** Reports what is missing at the end. */
  end(): void {
    if (this.#place === 'value' || this.#place === 'maybe') {
      if (this.#envelope === null) this.#report(this.#valueAt, this.#valueLine, this.#fault || CUT);
      else this.#report(this.#at(), this.#line, UNCLOSED);
    } else if (this.#lists.length > 0) this.#report(this.#at(), this.#line, UNCLOSED);
  }

  /** One stretch of one place; false when more bytes are needed. */
  #advance(): boolean {
    switch (this.#place) {
      case 'value':
        return this.#inText ? this.#text() : this.#value();
      case 'list':
        return this.#list();
      case 'between':
        return this.#between();
      case 'maybe':
        return this.#maybe();
      case 'scalar':
        return this.#scalar();
      case 'junk':
        return this.#junk();
    }
  }

  #at(): number {
    return this.#window.offset(this.#window.pos);
  }

  #report(at: number, line: number, what: string): void {
    this.#sink.damage(this.#isByLine() ? `line ${line}, byte ${at}` : `byte ${at}`, what);
  }

  /** True when everything so far stood on one line each: JSON Lines. */
  #isByLine(): boolean {
    return this.#hasLines && !this.#hasSpreads && this.#line > 1;
  }

  /** Lets go of bytes that cannot be needed any more, keeping enough to look back on. */
  #forget(): void {
    const window = this.#window;
    const isValue = this.#place === 'value' || this.#place === 'maybe';
    if (!isValue) window.keep = window.pos;
    else if (window.end - window.keep > MAX_BYTES) window.keep = Math.max(window.keep, window.pos - LOOK_BACK);
  }

  /** The next byte that is not white space, or -1 when more bytes are needed. */
  #next(): number {
    const window = this.#window;
    for (; window.pos < window.end; window.pos++) {
      const byte = window.buffer[window.pos]!;
      if (!isSpace(byte)) return byte;
      if (byte === NEWLINE) this.#line++;
    }
    return -1;
  }

  #between(): boolean {
    const byte = this.#next();
    if (byte < 0) return false;
    if (byte === OPEN_OBJECT) this.#startValue();
    else if (byte === OPEN_LIST) this.#startList();
    else {
      this.#report(this.#at(), this.#line, 'text that is not JSON');
      this.#place = 'junk';
    }
    return true;
  }

  #junk(): boolean {
    const window = this.#window;
    for (; window.pos < window.end; window.pos++) {
      const byte = window.buffer[window.pos]!;
      if (byte !== NEWLINE && byte !== OPEN_OBJECT) continue;
      this.#place = 'between';
      return true;
    }
    return false;
  }

  #startList(): void {
    if (this.#lists.length === 0) this.#valueLine = this.#line;
    this.#lists.push({ last: 'open', envelope: null });
    this.#sink.list('');
    this.#place = 'list';
    this.#window.pos++;
  }

  #list(): boolean {
    const byte = this.#next();
    if (byte < 0) return false;
    const list = this.#lists.at(-1)!;
    if (byte === COMMA) {
      if (list.last !== 'value') this.#report(this.#at(), this.#line, 'a comma too many');
      list.last = 'comma';
      this.#window.pos++;
    } else if (byte === CLOSE_LIST) this.#closeList(list);
    else if (byte === CLOSE_OBJECT) this.#closeStray(list);
    else this.#startElement(list, byte);
    return true;
  }

  #startElement(list: List, byte: number): void {
    if (list.last === 'value') this.#report(this.#at(), this.#line, 'a comma is missing');
    list.last = 'value';
    const isNested = list.envelope === null && this.#lists.length < MAX_LISTS;
    if (byte === OPEN_LIST && isNested) this.#startList();
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) this.#startValue();
    else {
      this.#report(this.#at(), this.#line, 'not a JSON object');
      this.#place = 'scalar';
    }
  }

  #closeList(list: List): void {
    if (list.last === 'comma') this.#report(this.#at(), this.#line, 'a comma too many');
    this.#lists.pop();
    if (list.envelope !== null) {
      this.#resumeEnvelope(list.envelope, 2);
      return;
    }
    this.#window.pos++;
    this.#leave();
  }

  #closeStray(list: List): void {
    this.#report(
      this.#at(),
      this.#line,
      list.envelope === null ? 'a bracket too many' : 'a closing bracket is missing',
    );
    if (list.envelope === null) this.#window.pos++;
    else {
      this.#lists.pop();
      this.#resumeEnvelope({ ...list.envelope, head: null }, 1);
    }
  }

  /** Something in a list that is neither object nor array, up to what ends it. */
  #scalar(): boolean {
    if (this.#inText) return this.#text();
    const window = this.#window;
    for (; window.pos < window.end; window.pos++) {
      const byte = window.buffer[window.pos]!;
      if (byte === QUOTE) {
        this.#inText = true;
        window.pos++;
        return true;
      }
      if (byte !== COMMA && !MARKED[byte]) continue;
      this.#place = 'list';
      return true;
    }
    return false;
  }

  #startValue(): void {
    const window = this.#window;
    window.keep = window.pos;
    this.#open[0] = window.buffer[window.pos]!;
    this.#valueAt = this.#at();
    if (this.#lists.length === 0) this.#valueLine = this.#line;
    this.#depth = 1;
    this.#fault = '';
    this.#envelope = null;
    this.#inText = false;
    this.#place = 'value';
    window.pos++;
  }

  #value(): boolean {
    const window = this.#window;
    const { buffer, end } = window;
    let pos = window.pos;
    while (pos < end && MARKED[buffer[pos]!] === 0) pos++;
    window.pos = pos;
    if (pos >= end) return false;
    const byte = buffer[pos]!;
    if (byte === QUOTE) {
      this.#inText = true;
      window.pos++;
    } else if (byte === NEWLINE) {
      this.#line++;
      window.pos++;
    } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) this.#descend(byte);
    else this.#ascend(byte);
    return true;
  }

  /** Passes a string; a line break cannot be in one, so it ends there too. */
  #text(): boolean {
    const window = this.#window;
    const { buffer, end } = window;
    let pos = window.pos;
    let byte = 0;
    for (; pos < end; pos++) {
      byte = buffer[pos]!;
      if (byte === QUOTE || byte === NEWLINE) break;
      if (byte !== BACKSLASH) continue;
      if (pos + 1 === end) break;
      if (buffer[pos + 1] !== NEWLINE) pos++;
    }
    window.pos = pos;
    if (pos >= end || byte === BACKSLASH) return false;
    this.#inText = false;
    if (byte === QUOTE) window.pos++;
    else this.#breakText();
    return true;
  }

  #breakText(): void {
    if (this.#place !== 'value') return;
    this.#fault ||= 'a line break inside a text';
    if (this.#lists.length === 0 && this.#line === this.#valueLine) this.#endValue();
  }

  #descend(byte: number): void {
    const window = this.#window;
    if (this.#depth <= MAX_DEPTH && this.#isNewRecord(byte)) {
      this.#fault ||= 'cut short';
      const list = this.#lists.at(-1);
      this.#endValue(true);
      // What follows is taken for the next record: its comma is not what is missing.
      if (list !== undefined) list.last = 'open';
      return;
    }
    if (byte === OPEN_LIST && this.#depth === 1 && this.#isEnvelopeKey()) {
      window.pos++;
      this.#place = 'maybe';
      return;
    }
    if (this.#depth < MAX_DEPTH) this.#open[this.#depth] = byte;
    else this.#fault ||= `nested deeper than ${MAX_DEPTH} levels`;
    this.#depth++;
    window.pos++;
  }

  #ascend(byte: number): void {
    this.#window.pos++;
    const opener = byte === CLOSE_OBJECT ? OPEN_OBJECT : OPEN_LIST;
    let depth = this.#depth;
    if (depth <= MAX_DEPTH) {
      while (depth > 0 && this.#open[depth - 1] !== opener) depth--;
      if (depth !== this.#depth) this.#fault ||= 'brackets that do not match';
      // A bracket that closes nothing here is passed over.
      if (depth === 0) return;
    }
    this.#depth = depth - 1;
    if (this.#depth === 0) this.#endValue();
  }

  /** True at a brace that cannot be part of this record, so must begin another: one was cut short. */
  #isNewRecord(byte: number): boolean {
    const { buffer, pos, keep } = this.#window;
    const isLineStart = buffer[pos - 1] === NEWLINE;
    if (isLineStart && this.#isByLine()) return true;
    if (byte !== OPEN_OBJECT || this.#open[this.#depth - 1] !== OPEN_OBJECT) return false;
    let before = pos - 1;
    const last = Math.max(keep, pos - LOOK_BACK);
    while (before > last && isSpace(buffer[before]!)) before--;
    if (isSpace(buffer[before]!) || buffer[before] === COLON) return false;
    return isLineStart || (buffer[before] === COMMA && this.#lists.length > 0);
  }

  /** True when an array that begins here is, by its key, one of records. */
  #isEnvelopeKey(): boolean {
    if (this.#open[0] !== OPEN_OBJECT || this.#lists.at(-1)?.envelope) return false;
    const { buffer, pos, keep } = this.#window;
    const found = ENVELOPE.exec(buffer.toString('latin1', Math.max(keep, pos - LOOK_BACK), pos));
    this.#envelopeKey = found?.[1] ?? '';
    return found !== null;
  }

  /** Behind the bracket that follows an envelope's key: it holds records unless something else than an object is first. */
  #maybe(): boolean {
    const byte = this.#next();
    if (byte < 0) return false;
    if (byte === OPEN_OBJECT || byte === CLOSE_LIST) {
      const envelope = { head: this.#shell(), at: this.#valueAt, line: this.#valueLine, fault: this.#fault };
      this.#lists.push({ last: 'open', envelope });
      this.#sink.list(this.#envelopeKey);
      this.#place = 'list';
    } else {
      this.#open[1] = OPEN_LIST;
      this.#depth = 2;
      this.#place = 'value';
    }
    return true;
  }

  #resumeEnvelope(envelope: Envelope, depth: number): void {
    this.#window.keep = this.#window.pos;
    this.#open[0] = OPEN_OBJECT;
    this.#open[1] = OPEN_LIST;
    this.#depth = depth;
    this.#fault = envelope.fault;
    this.#envelope = envelope;
    this.#valueAt = this.#at();
    if (this.#lists.length === 0) this.#valueLine = envelope.line;
    this.#place = 'value';
  }

  /** The envelope's text up to here, its records left out. */
  #shell(): string | null {
    const head = this.#envelope === null ? '' : this.#envelope.head;
    if (head === null || this.#length() + head.length > MAX_BYTES) return null;
    return head + this.#window.buffer.toString('utf8', this.#window.keep, this.#window.pos);
  }

  #length(): number {
    return this.#at() - this.#valueAt;
  }

  #endValue(isCut = false): void {
    if (this.#envelope !== null) this.#checkShell(this.#envelope);
    else if (this.#fault !== '') this.#report(this.#valueAt, this.#valueLine, this.#fault);
    else if (this.#length() > MAX_BYTES)
      this.#report(this.#valueAt, this.#valueLine, `larger than ${MAX_BYTES / MIB} MiB`);
    else this.#parse();
    this.#window.keep = this.#window.pos;
    this.#leave(isCut);
  }

  /** Goes back to what is around a value or list that has ended. */
  #leave(isCut = false): void {
    this.#envelope = null;
    if (this.#lists.length > 0) {
      this.#place = 'list';
      return;
    }
    this.#place = 'between';
    // One that was cut short ended on the line before the next.
    const lines = this.#line - this.#valueLine + (isCut ? 0 : 1);
    if (lines === 1) this.#hasLines = true;
    else if (!isCut) this.#hasSpreads = true;
  }

  #checkShell(envelope: Envelope): void {
    const shell = this.#shell();
    const parsed = shell === null ? null : parseObject(shell);
    if (this.#fault !== '' || (shell !== null && parsed === null)) this.#report(envelope.at, envelope.line, SHELL);
    else if (parsed !== null && hasNextPage(parsed)) this.#report(envelope.at, envelope.line, ONE_PAGE);
  }

  #parse(): void {
    const { buffer, keep, pos } = this.#window;
    const text = buffer.toString('utf8', keep, pos);
    const record = parseObject(text);
    if (record === null) {
      const what = this.#open[0] === OPEN_OBJECT ? INVALID : 'not a JSON object';
      this.#report(this.#valueAt, this.#valueLine, what);
      return;
    }
    if (text.includes('\ufffd') && !isUtf8(buffer.subarray(keep, pos)))
      this.#report(this.#valueAt, this.#valueLine, UTF8);
    this.#sink.record(record);
  }
}

/** What an answer says that has more pages to come. */
const NEXT_PAGE = ['@odata.nextLink', 'nextLink', 'nextPageToken', 'next_page'] as const;

const hasNextPage = (shell: JsonObject): boolean =>
  shell['has_more'] === true ||
  Number(shell['total_pages']) > 1 ||
  NEXT_PAGE.some(name => typeof shell[name] === 'string' && shell[name] !== '');

function parseObject(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
  } catch {
    return null;
  }
}
