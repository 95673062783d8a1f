/** Whose records formats are of, by how their ids begin: what those of one show, they show together. */
const REALMS: readonly (readonly [title: string, ids: RegExp])[] = [
  ['AWS', /^(?:cloudtrail|credential-report|iam-|bedrock-)/],
  ['Azure', /^(?:azure|entra)-/],
  ['Google Cloud', /^gcp-/],
  ['Anthropic', /^anthropic-/],
  ['OpenAI', /^openai-/],
  ['LiteLLM', /^litellm-/],
];

/** Whose records they are of which a file was taken for these formats, as in 'cloudtrail + litellm-spend'. */
export function realmOf(kind: string): string {
  const titles = kind.split(' + ').map(id => REALMS.find(([, ids]) => ids.test(id))?.[0] ?? id);
  return [...new Set(titles)].sort().join(' + ');
}
