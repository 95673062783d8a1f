import { createHash } from 'node:crypto';
import { type DecodedKey, type KeyForm, masked } from './key.ts';

type Told = Pick<DecodedKey, 'what' | 'kind'>;

const TYPES: Readonly<Record<string, Told>> = {
  'sk-proj-': { what: 'OpenAI API key of a project', kind: 'api-key' },
  'sk-svcacct-': { what: 'OpenAI API key of a service account', kind: 'api-key' },
  'sk-service-': { what: 'OpenAI API key of a service account', kind: 'api-key' },
  'sk-admin-': { what: 'OpenAI admin key', kind: 'admin-key' },
};

const HINT = 'It tells nothing of its owner: the list of keys has it by its first and last characters.';

const key: KeyForm = {
  pattern: /(?<![A-Za-z0-9])sk-(?:proj|svcacct|service|admin)-[A-Za-z0-9_-]{16,}/g,
  read(text) {
    const type = Object.keys(TYPES).find(prefix => text.startsWith(prefix))!;
    return openaiKey(TYPES[type]!, type, text);
  },
};

const older: KeyForm = {
  pattern: /(?<![A-Za-z0-9])sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}(?![A-Za-z0-9])/g,
  read: text => openaiKey({ what: 'OpenAI API key of a user, of the older form', kind: 'api-key' }, 'sk-', text),
};

const openaiKey = (told: Told, type: string, text: string): DecodedKey => ({
  ...told,
  provider: 'openai',
  isSecret: true,
  shown: masked(type, text),
  notes: [HINT],
  next: [`keyward keys openai: --where hint~${text.slice(-3)}`],
});

const ENOUGH = 20;

/** Proxies give out keys that begin alike. LiteLLM logs the SHA-256 of its own, which of a short key would give it away. */
const proxy: KeyForm = {
  pattern: /(?<![A-Za-z0-9])sk-(?!ant-|proj-|svcacct-|service-|admin-|or-|lf-|live-|test-)[A-Za-z0-9_-]{16,}/g,
  read(text) {
    const isLong = text.length >= ENOUGH + 'sk-'.length;
    const id = createHash('sha256').update(text).digest('hex');
    return {
      what: 'virtual key of a proxy such as LiteLLM, or API key of a vendor whose keys begin alike',
      provider: 'proxy',
      kind: 'virtual-key',
      isSecret: true,
      shown: masked('sk-', text),
      ...(isLong && { id }),
      notes: isLong ? ['The id is its SHA-256, under which LiteLLM lists and logs a key of its own.'] : [],
      next: isLong ? [`keyward keys litellm:<url> --where id=${id}`] : [],
    };
  },
};

/** Keys of OpenAI, and those that begin like them. */
export const openaiForms: readonly KeyForm[] = [key, older, proxy];
