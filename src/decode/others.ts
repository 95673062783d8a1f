import { type KeyForm, masked } from './key.ts';

/** Keys that tell themselves by how they begin, and open no models that keyward knows logs of. */
const KINDS: readonly (readonly [type: string, rest: RegExp, what: string, opensModels?: boolean])[] = [
  ['ghp_', /[A-Za-z0-9]{20,}/, 'GitHub personal access token'],
  ['gho_', /[A-Za-z0-9]{20,}/, 'GitHub OAuth token'],
  ['ghu_', /[A-Za-z0-9]{20,}/, 'GitHub user token of an app'],
  ['ghs_', /[A-Za-z0-9]{20,}/, 'GitHub token of an app or a workflow'],
  ['ghr_', /[A-Za-z0-9]{20,}/, 'GitHub refresh token'],
  ['github_pat_', /[A-Za-z0-9_]{20,}/, 'GitHub fine-grained access token'],
  ['glpat-', /[A-Za-z0-9_.-]{16,}/, 'GitLab access token'],
  ['npm_', /[A-Za-z0-9]{20,}/, 'npm token'],
  ['xoxb-', /[A-Za-z0-9-]{10,}/, 'Slack token'],
  ['xoxp-', /[A-Za-z0-9-]{10,}/, 'Slack token'],
  ['sk_live_', /[A-Za-z0-9]{16,}/, 'Stripe key'],
  ['sk_test_', /[A-Za-z0-9]{16,}/, 'Stripe key for tests'],
  ['sk-lf-', /[A-Za-z0-9-]{16,}/, 'Langfuse key'],
  ['tvly-', /[A-Za-z0-9_-]{16,}/, 'Tavily key'],
  ['sk-or-', /[A-Za-z0-9_-]{16,}/, 'OpenRouter key', true],
  ['hf_', /[A-Za-z0-9]{20,}/, 'Hugging Face token', true],
  ['gsk_', /[A-Za-z0-9]{20,}/, 'Groq key', true],
  ['xai-', /[A-Za-z0-9_-]{20,}/, 'xAI key', true],
  ['pplx-', /[A-Za-z0-9_-]{20,}/, 'Perplexity key', true],
  ['r8_', /[A-Za-z0-9]{20,}/, 'Replicate token', true],
  ['nvapi-', /[A-Za-z0-9_-]{20,}/, 'NVIDIA key', true],
  ['csk-', /[A-Za-z0-9_-]{20,}/, 'Cerebras key', true],
  ['fw_', /[A-Za-z0-9]{20,}/, 'Fireworks key', true],
];

const NO_MODELS = 'Not a key to models.';
const NO_LOGS = 'It opens models, but keyward reads no list or log of this vendor: only of a proxy in front of it.';

const token: KeyForm = {
  pattern: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/g,
  read: key => ({
    what: 'signed token (JWT)',
    provider: null,
    kind: null,
    isSecret: true,
    shown: masked('eyJ', key),
    notes: ['A proof of a sign-in and no key; it ends by itself, mostly within a day.'],
    next: [],
  }),
};

/** Keys of others, so that nobody looks for them where they cannot be. */
export const otherForms: readonly KeyForm[] = [
  ...KINDS.map(([type, rest, what, opensModels = false]): KeyForm => ({
    pattern: new RegExp(`(?<![A-Za-z0-9])${type}${rest.source}`, 'g'),
    read: key => ({
      what,
      provider: null,
      kind: null,
      isSecret: true,
      shown: masked(type, key),
      notes: [opensModels ? NO_LOGS : NO_MODELS],
      next: [],
    }),
  })),
  token,
];
