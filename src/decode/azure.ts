import { type KeyForm, masked } from './key.ts';

const FIRST_YEAR = 2024;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const AUDIT = 'keyward audit azure:<workspace-id>';

/** What Azure's keys of this form say of the service that they open. */
const SERVICES: readonly (readonly [mark: RegExp, service: string])[] = [
  [/^AAABACOG$/, 'Azure OpenAI'],
  [/^AAA[A-Z]ACOG$/, 'Azure AI services'],
];

/** 52 random characters, a mark, the year and month it was made in, and the mark of the service at the end. */
const annotated: KeyForm = {
  pattern:
    /(?<![A-Za-z0-9+/])[A-Za-z0-9]{52}JQQJ9[9DH][A-Za-z0-9][A-L][A-Za-z0-9]{16}[A-Za-z0-9]{4}[A-Za-z0-9]{4}(?![A-Za-z0-9+/])/g,
  read(key) {
    const service = SERVICES.find(([mark]) => mark.test(key.slice(72, 80)))?.[1];
    const year = LETTERS.indexOf(key[58]!);
    const createdAt = year < 0 ? undefined : Date.UTC(FIRST_YEAR + year, LETTERS.indexOf(key[59]!));
    return {
      what: service === undefined ? 'key of an Azure service that is not known here' : `resource key of ${service}`,
      provider: service === undefined ? null : 'azure',
      kind: service === undefined ? null : 'resource-key',
      isSecret: true,
      shown: masked('', key),
      ...(createdAt !== undefined && { createdAt }),
      notes: [...(createdAt === undefined ? [] : [MONTH]), RESOURCE],
      next: service === undefined ? [] : [AUDIT],
    };
  },
};

const MONTH = 'It was made in that month: its form does not carry the day.';
const RESOURCE =
  'It does not tell which resource it opens, and logs do not tell which of the two keys of a resource was used.';

/** Hashes and ids look alike, so only what is called a key, or stands alone, is taken for one. */
const older: KeyForm = {
  pattern:
    /(?<=(?:key|secret|token)["']?\s{0,3}[:=]\s{0,3}["']?)[0-9a-f]{32}(?![0-9a-z])|(?<=^[ \t]{0,9})[0-9a-f]{32}(?=[ \t\r]{0,9}$)/gim,
  read: key =>
    key === key.toLowerCase()
      ? {
          what: 'perhaps a resource key of Azure OpenAI or Azure AI services, of the older form',
          provider: 'azure',
          kind: 'resource-key',
          isSecret: true,
          shown: masked('', key),
          notes: ['Nothing in 32 hex digits tells: it may as well be a hash or an id.', RESOURCE],
          next: [AUDIT],
        }
      : null,
};

const clientSecret: KeyForm = {
  pattern: /(?<![A-Za-z0-9_~.-])[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34}(?![A-Za-z0-9_~.-])/g,
  read: key => ({
    what: 'client secret of an application in Entra ID',
    provider: 'azure',
    kind: 'client-secret',
    isSecret: true,
    shown: masked('', key),
    notes: ['It does not tell whose it is: Entra ID lists secrets by their first three characters.'],
    next: ['keyward audit entra:'],
  }),
};

/** Keys of Azure and Entra ID. */
export const azureForms: readonly KeyForm[] = [annotated, older, clientSecret];
