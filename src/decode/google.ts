import { type KeyForm, masked } from './key.ts';

const apiKey: KeyForm = {
  pattern: /(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/g,
  read: key => ({
    what: 'Google API key',
    provider: 'google',
    kind: 'api-key',
    isSecret: true,
    shown: masked('AIza', key),
    notes: ['It does not tell its project, nor whether it may call Gemini: the list of API keys of each project does.'],
    next: ['gcloud services api-keys list --project <project>'],
  }),
};

const EMAIL = /"client_email"\s{0,3}:\s{0,3}"([\w.+-]{1,64}@([\w-]{1,64})\.iam\.gserviceaccount\.com)"/;

/** The file that is downloaded with a key of a service account: it names key and account beside the secret. */
const serviceAccount: KeyForm = {
  pattern: /(?<="private_key_id"\s{0,3}:\s{0,3}")[0-9a-f]{40}(?=")/g,
  read(id, behind) {
    const [, owner, account] = EMAIL.exec(behind) ?? [];
    return {
      what: 'key file of a Google service account',
      provider: 'google',
      kind: 'service-account-key',
      isSecret: true,
      shown: id,
      id,
      ...(owner !== undefined && account !== undefined && { owner, account }),
      notes: ['The id is a name; the private key in the same file is the secret.'],
      next: ['gcloud iam service-accounts keys list --iam-account <e-mail>'],
    };
  },
};

/** Keys of Google. */
export const googleForms: readonly KeyForm[] = [apiKey, serviceAccount];
