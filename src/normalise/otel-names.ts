/** All attributes of a span that are read, by what they tell; of several names for one thing the first that is there counts. */
export const ATTRIBUTES = {
  operation: ['gen_ai.operation.name', 'llm.request.type'],
  provider: ['gen_ai.provider.name', 'gen_ai.system'],
  model: ['gen_ai.request.model', 'gen_ai.response.model'],
  input: ['gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens'],
  output: ['gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens'],
  cacheRead: ['gen_ai.usage.cache_read.input_tokens', 'gen_ai.usage.cache_read_input_tokens'],
  cacheWrite: [
    'gen_ai.usage.cache_creation.input_tokens',
    'gen_ai.usage.cache_write.input_tokens',
    'gen_ai.usage.cache_creation_input_tokens',
    'gen_ai.usage.cache_write_input_tokens',
  ],
  status: ['http.response.status_code', 'http.status_code'],
  error: ['error.type'],
  address: ['client.address'],
  agent: ['user_agent.original'],
  user: ['enduser.id', 'user.id'],
  email: ['user.email'],
  userName: ['user.full_name', 'user.name'],
  workspace: ['anthropic.workspace.id', 'anthropic.workspace_id'],
  organization: ['anthropic.organization.id', 'anthropic.organization_id'],
  service: ['service.name'],
  namespace: ['service.namespace'],
} as const;

/** What an attribute tells. */
export type Attribute = keyof typeof ATTRIBUTES;

/** The names of all attributes that are read. */
export const WANTED: ReadonlySet<string> = new Set(Object.values(ATTRIBUTES).flat());

/** What the attributes of a span tell of one thing, or the empty text. */
export type Ask = (attribute: Attribute) => string;

/** Asks the attributes of a span. */
export const asking =
  (attributes: ReadonlyMap<string, string>): Ask =>
  attribute =>
    ATTRIBUTES[attribute].map(name => attributes.get(name)).find(text => text !== undefined) ?? '';
