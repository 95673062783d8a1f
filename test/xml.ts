/** An element of XML; its text is what stands straight in it. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';
const TOKEN = /<\/([\w-]+)>|<([\w-]+)((?: [\w-]+="[^"<]*")*)(\/?)>|([^<]+)/gy;
const REFERENCES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/** Reads the XML that is written here, and nothing beyond; throws where a parser of XML 1.0 would. */
export function parseXml(xml: string): Element {
  if (!xml.startsWith(DECLARATION)) throw new Error('no declaration');
  if (FORBIDDEN.test(xml)) throw new Error(`forbidden character ${JSON.stringify(FORBIDDEN.exec(xml)![0])}`);
  const top = openElement('');
  const open = [top];
  let end = DECLARATION.length;
  for (const [token, closing, name, attributes, isEmpty, text] of xml.slice(end).matchAll(TOKEN)) {
    end += token.length;
    const inner = open.at(-1)!;
    if (text !== undefined) inner.text += unescaped(text);
    else if (closing !== undefined) {
      if (closing !== inner.name) throw new Error(`</${closing}> closes <${inner.name}>`);
      open.pop();
    } else {
      const element = openElement(name!, attributes);
      inner.children.push(element);
      if (isEmpty === '') open.push(element);
    }
  }
  if (end !== xml.length) throw new Error(`cannot read ${JSON.stringify(xml.slice(end, end + 40))}`);
  if (open.length !== 1 || top.children.length !== 1) throw new Error('not one element');
  return top.children[0]!;
}

function openElement(name: string, attributes = '') {
  const children: Element[] = [];
  const pairs = [...attributes.matchAll(/ ([\w-]+)="([^"]*)"/g)].map(([, key, value]) => [key!, unescaped(value!)]);
  if (new Set(pairs.map(([key]) => key)).size !== pairs.length)
    throw new Error(`an attribute of <${name}> comes twice`);
  return { name, attributes: Object.fromEntries(pairs) as Record<string, string>, children, text: '' };
}

const unescaped = (text: string): string =>
  text.replace(/&([^;&]*;?)/g, (whole, reference: string) => {
    const character = reference.endsWith(';') ? REFERENCES[reference.slice(0, -1)] : undefined;
    if (character === undefined) throw new Error(`unknown reference ${whole}`);
    return character;
  });
