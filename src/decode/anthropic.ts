import type { DecodedKey, KeyForm } from './key.ts';
import { masked } from './key.ts';

type Told = Pick<DecodedKey, 'what' | 'kind'> & { readonly note: string };

const HINT = 'It tells nothing of its owner: the list of keys has it by its type and its last characters.';

/** By what stands behind `sk-ant-`. */
const TYPES: readonly (readonly [type: RegExp, told: Told])[] = [
  [/^api03$/, { what: 'Anthropic API key', kind: 'api-key', note: HINT }],
  [
    /^admin\d\d$/,
    { what: 'Anthropic admin key', kind: 'admin-key', note: 'It opens the whole organisation: keys, members, usage.' },
  ],
  [
    /^api01$/,
    { what: 'Anthropic compliance key', kind: 'admin-key', note: 'It reads the activity of the whole organisation.' },
  ],
  [
    /^oat\d\d$/,
    {
      what: 'Anthropic OAuth access token',
      kind: 'unknown',
      note: 'It acts as the person who signed in, and ends by itself.',
    },
  ],
  [
    /^ort\d\d$/,
    {
      what: 'Anthropic OAuth refresh token',
      kind: 'unknown',
      note: 'It gives new access tokens of the person who signed in.',
    },
  ],
  [
    /^sid\d\d$/,
    {
      what: 'Anthropic browser session',
      kind: 'unknown',
      note: 'It acts as the person who signed in: sign them out everywhere.',
    },
  ],
  [/^req$/, { what: 'Anthropic work token', kind: 'unknown', note: 'It is good for one request, and ends by itself.' }],
];

const OTHER: Told = { what: 'Anthropic key of a kind that is not known here', kind: 'unknown', note: HINT };

const key: KeyForm = {
  pattern: /(?<![A-Za-z0-9])sk-ant-[a-z]{2,12}\d{0,2}-[A-Za-z0-9_-]{8,}/g,
  read(text) {
    const type = /^sk-ant-([a-z]+\d*)-/.exec(text)![1]!;
    const { note, ...told } = TYPES.find(([pattern]) => pattern.test(type))?.[1] ?? OTHER;
    return {
      ...told,
      provider: 'anthropic',
      isSecret: true,
      shown: masked(`sk-ant-${type}-`, text),
      notes: [note],
      next: [`keyward keys anthropic: --where hint~${text.slice(-4)}`],
    };
  },
};

/** The ids under which Anthropic lists keys. */
const keyId: KeyForm = {
  pattern: /(?<![A-Za-z0-9_-])apikey_[A-Za-z0-9]{16,64}(?![A-Za-z0-9_-])/g,
  read: id => ({
    what: 'id of an Anthropic API key',
    provider: 'anthropic',
    kind: 'api-key',
    isSecret: false,
    shown: id,
    id,
    notes: [],
    next: [`keyward keys anthropic: --where id=${id}`],
  }),
};

/** Keys of Anthropic. */
export const anthropicForms: readonly KeyForm[] = [key, keyId];
