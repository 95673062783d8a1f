import { modelFamily } from '../facets/models.ts';
import { areFamilies, type Route, routeRows, routes } from '../facets/routes.ts';
import { groupBy } from '../group.ts';
import { principalText } from '../kinds.ts';
import type { Credential } from '../model/credential.ts';
import type { HolderTerms } from '../model/declared.ts';
import { disableCommands } from '../remedies.ts';
import { DAY } from '../time.ts';
import { countText, dayText, isoText, listText, someText } from '../wording.ts';
import { defineRule, type Example, type Verdict } from './rule.ts';

/** As many declared names as a sentence has. */
const SHOWN = 3;

const messages = {
  provider:
    '{work} through {name}, a provider that the register does not declare for {holder} ({declared}); the last on {day}.',
  endpoint:
    '{work} through {name}, an endpoint that the register does not declare for {holder} ({declared}); the last on {day}.',
  model: '{work} of {name}, a model that the register does not declare for {holder} ({declared}); the last on {day}.',
} as const;

export const unapprovedPath = defineRule({
  id: 'unapproved-path',
  family: 'register',
  title: 'Models reached by an undeclared path',
  severity: 'medium',
  kind: 'fact',
  description:
    'A credential reaches models through a provider or an endpoint, or uses a model, that the register does not declare for its holder. ' +
    'Only calls that were taken on count. An endpoint is told by what the log holds of it: the service, the account or the name of the proxy, the Region and, of a key of a resource, the resource. ' +
    'What is not declared for a holder at all is not judged.',
  remediation:
    'Ask the holder why. Declare the path if it is right; otherwise take the permission away, or let the gateway refuse it.',
  references: [],
  falsePositives: [
    'A model that a vendor renamed, or that an inference profile stands for: declare that name too.',
    'A pattern that is too narrow: logs write the name of a model with its vendor, its version and often a Region.',
  ],
  needs: [],
  needsOneOf: ['calls', 'tokens'],
  needsDeclared: ['models', 'providers', 'endpoints'],
  facets: { routes },
  options: {},
  messages,
  abstentions: {
    modelless: 'the logs do not tell the models of some of its calls, or it used too many to keep apart',
    pathless: 'the logs do not tell the endpoints of some of its calls, or it used too many to keep apart',
  },
  commands: disableCommands,
  examples,
  *judge({ credential, facets }, { declared, horizon }) {
    const holder = declared?.holderOf(credential.id) ?? null;
    const rows = routeRows(facets.routes);
    if (holder === null || rows.length === 0) return;
    const { providers, endpoints, models } = holder;
    const told = (kind: Kind, name: string, used: readonly Route[], allowed: readonly string[]) =>
      verdictOf({ kind, name, used, allowed }, credential, holder, horizon);
    if (providers !== undefined && !providers.includes(credential.provider))
      yield told('provider', credential.provider, rows, providers);
    if (endpoints !== undefined) {
      const strange = rows.filter(route => !holder.allowsEndpoint(namesOf(route, credential)));
      const byPath = groupBy(strange, route => pathOf(route, credential));
      if (byPath.has('')) yield { abstain: 'pathless' };
      for (const [path, used] of byPath) if (path !== '') yield told('endpoint', path, used, endpoints);
    }
    if (models !== undefined) {
      const isFamily = areFamilies(facets.routes);
      const strange = rows.filter(({ model }) => !holder.allowsModel(model, isFamily));
      const byModel = groupBy(strange, ({ model }) => modelFamily(model));
      if (byModel.has('')) yield { abstain: 'modelless' };
      for (const [model, used] of byModel) if (model !== '') yield told('model', model, used, models);
    }
  },
});

type Kind = keyof typeof messages;

/** Where it went, by all that the log tells of that: the service, where it stands, and the resource that a key is of. */
function pathOf({ service, account, region }: Route, credential: Credential): string {
  const resource = resourceOf(credential);
  const place = resource === '' ? account : principalText(resource);
  return [service, place, region].filter(part => part !== '').join('/');
}

/** Any of these may be declared. */
function namesOf(route: Route, credential: Credential): string[] {
  const { service, account, region } = route;
  const resource = resourceOf(credential);
  const whole = [service, account, region].filter(part => part !== '').join('/');
  const names = [pathOf(route, credential), whole, service, account, resource, resource && principalText(resource)];
  return names.filter(name => name !== '');
}

/** The resource of Azure that a key belongs to; empty for all other credentials. */
const resourceOf = ({ id, owner }: Credential): string =>
  [owner, id].find(name => name.startsWith('/subscriptions/')) ?? '';

interface Strange {
  readonly kind: Kind;
  readonly name: string;
  readonly used: readonly Route[];
  readonly allowed: readonly string[];
}

function verdictOf(
  { kind, name, used, allowed }: Strange,
  { id }: Credential,
  { holder, contract = '' }: HolderTerms,
  horizon: number,
): Verdict<typeof messages> {
  const calls = used.reduce((sum, route) => sum + route.calls, 0);
  const tokens = used.reduce((sum, route) => sum + route.tokens, 0);
  const first = Math.min(...used.map(route => route.first));
  const last = Math.max(first, Math.min(horizon, Math.max(...used.map(route => route.last))));
  return {
    message: kind,
    data: { work: workText(calls, tokens), name, holder, declared: someText(allowed, SHOWN), day: dayText(last) },
    subject: [id, name],
    episodes: [{ from: first, until: last }],
    evidence: {
      holder,
      contract,
      [kind]: name,
      calls,
      tokens,
      first: isoText(first),
      last: isoText(last),
      declared: allowed,
      examples: used
        .map(({ example }) => example)
        .filter(example => example !== '')
        .slice(0, SHOWN),
    },
  };
}

const workText = (calls: number, tokens: number): string =>
  listText([...(calls > 0 ? [countText(calls, 'call')] : []), ...(tokens > 0 ? [countText(tokens, 'token')] : [])]);

function examples(): Example<typeof messages>[] {
  const infer = { at: -3 * DAY, until: -DAY, every: DAY, deed: 'infer', count: 20 } as const;
  const bedrock = { ...infer, action: 'bedrock:InvokeModel', model: 'anthropic.claude-3-haiku-20240307-v1:0' } as const;
  const of = (paths: object) => [{ holder: 'ci team', principals: ['*:user/ci'], ...paths }];
  const RESOURCE = '/subscriptions/s/resourcegroups/g/providers/microsoft.cognitiveservices/accounts/ai';
  return [
    {
      title: 'models reached through a provider that is not declared',
      events: [bedrock],
      register: of({ providers: ['anthropic', 'proxy'] }),
      expect: ['provider:medium'],
    },
    {
      title: 'a declared provider, whichever models',
      events: [bedrock],
      register: of({ providers: ['aws'] }),
      expect: [],
    },
    {
      title: 'a Region that is not declared',
      events: [bedrock, { ...bedrock, region: 'us-east-1' }],
      register: of({ endpoints: ['bedrock/*/eu-*'] }),
      expect: ['endpoint:medium'],
    },
    {
      title: 'a service that is declared by its name alone',
      events: [bedrock, { ...bedrock, region: 'us-east-1' }],
      register: of({ endpoints: ['bedrock'] }),
      expect: [],
    },
    {
      title: 'a key of a resource that is not declared',
      credential: { id: `${RESOURCE}/keys`, provider: 'azure', kind: 'resource-key', owner: RESOURCE, account: 's' },
      events: [{ ...infer, action: 'cognitiveservices:chat', account: 's', region: 'westeurope', model: 'gpt-4o' }],
      register: [{ holder: 'research', keys: [`${RESOURCE}/*`], endpoints: ['accounts/other'] }],
      expect: ['endpoint:medium'],
    },
    {
      title: 'a key of a resource that is declared',
      credential: { id: `${RESOURCE}/keys`, provider: 'azure', kind: 'resource-key', owner: RESOURCE, account: 's' },
      events: [{ ...infer, action: 'cognitiveservices:chat', account: 's', region: 'westeurope', model: 'gpt-4o' }],
      register: [{ holder: 'research', keys: [`${RESOURCE}/*`], endpoints: ['*/accounts/ai'] }],
      expect: [],
    },
    {
      title: 'a model that is not declared',
      events: [bedrock, { ...bedrock, model: 'us.anthropic.claude-opus-4-20250514-v1:0', tokensOut: 500 }],
      register: of({ models: ['*claude-3-haiku*'] }),
      expect: ['model:medium'],
    },
    {
      title: 'declared models, with and without their version',
      events: [bedrock, { ...bedrock, model: 'amazon.nova-lite-v1:0' }],
      register: of({ models: ['anthropic.claude-3-haiku', 'amazon.nova-*'] }),
      expect: [],
    },
    {
      title: 'calls whose model is not told',
      events: [{ ...bedrock, model: '' }],
      register: of({ models: ['*claude*'] }),
      expect: [],
    },
    {
      title: 'so many models that only families are kept, all of them declared by version',
      events: Array.from({ length: 300 }, (_, i) => ({
        ...bedrock,
        at: -DAY,
        model: `anthropic.claude-3-haiku-${20_240_101 + i}-v1:0`,
      })),
      register: of({ models: ['anthropic.claude-3-haiku-20240307-v1:0', 'anthropic.claude-3-haiku-202?????-v1:0'] }),
      expect: [],
    },
    {
      title: 'a model that was tried and refused',
      events: [{ ...bedrock, model: 'anthropic.claude-opus-4', outcome: 'denied' }],
      register: of({ models: ['*haiku*'] }),
      expect: [],
    },
  ];
}
