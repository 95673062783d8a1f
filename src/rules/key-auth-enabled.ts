import { deedEvidence, deedRows, deeds, type DeedRow, sumDeeds } from '../facets/deeds.ts';
import { lifetime } from '../facets/lifetime.ts';
import { networkEvidence, networkRows, networks } from '../facets/networks.ts';
import { episodesOf } from '../facets/stretch.ts';
import { groupBy } from '../group.ts';
import { principalText, resourceText } from '../kinds.ts';
import type { Credential } from '../model/credential.ts';
import { keylessCommands } from '../remedies.ts';
import { DAY, HOUR } from '../time.ts';
import { countText, dayText, isoText } from '../wording.ts';
import { defineRule } from './rule.ts';

const RESOURCE =
  '/subscriptions/00000000-1111-2222-3333-444444444444/resourcegroups/ai/providers/microsoft.cognitiveservices/accounts/prod-ai';
const KEYS = { id: `${RESOURCE}/keys`, provider: 'azure', kind: 'resource-key', owner: RESOURCE } as const;
const PERSON = {
  id: 'user/22222222-3333-4444-5555-666666666666',
  provider: 'azure',
  kind: 'entra-user',
  owner: 'user/alice@example.com',
} as const;
const ENABLE = {
  at: -2 * DAY,
  deed: 'enable',
  action: 'microsoft.cognitiveservices/accounts/write',
  target: RESOURCE,
} as const;
const CALL = { deed: 'infer', action: 'cognitiveservices:chatcompletions_create' } as const;

export const keyAuthEnabled = defineRule({
  id: 'key-auth-enabled',
  family: 'platform',
  title: 'Shared key where an identity would do',
  severity: 'medium',
  kind: 'fact',
  description:
    'Key authentication was switched on for an Azure resource, or models are called with one of its two keys. Such a key belongs to nobody: every holder is the same to the logs, it opens all models of the resource, and it never expires. ' +
    'Entra ID would name each caller. Told once for each resource. Calls without an object id in the logs of the resource were made with a key; which of the two is not recorded.',
  remediation:
    'Give each caller an identity and the role Cognitive Services OpenAI User (or Azure AI User), see that calls bear an object id, then switch keys off: az resource update --ids <resource> --set properties.disableLocalAuth=true. A policy can deny resources that have them on.',
  references: [
    'https://learn.microsoft.com/en-us/azure/ai-services/disable-local-auth',
    'https://learn.microsoft.com/en-us/azure/ai-foundry/openai/how-to/managed-identity',
  ],
  falsePositives: [
    'A resource that is deployed again with the setting spelled out: key authentication was on before.',
    'A tool that cannot do without a key: keep one behind a gateway that knows its callers, and suppress the finding.',
  ],
  needs: [],
  needsOneOf: ['deeds', 'calls'],
  helps: ['calls'],
  facets: { deeds, lifetime, networks },
  options: {},
  messages: {
    inUse: 'Shared keys of {resource} are in use: {calls} from {from} to {until}, and the log does not say by whom.',
    enabled: '{who} switched key authentication on for {resource} on {day}.',
  },
  examples: () => [
    {
      title: 'key authentication is switched on',
      credential: PERSON,
      events: [ENABLE],
      expect: ['enabled:medium'],
    },
    {
      title: 'a resource that is called with a key',
      credential: KEYS,
      events: [{ ...CALL, at: -9 * DAY, until: 0, count: 40 }],
      expect: ['inUse:medium'],
    },
    {
      title: 'a single call with a key',
      credential: KEYS,
      events: [{ ...CALL, at: -DAY }],
      expect: ['inUse:medium'],
    },
    {
      title: 'keys that are switched on by two people and then used: one resource, each told once',
      credential: KEYS,
      known: [PERSON, { ...PERSON, id: 'user/33333333-4444-5555-6666-777777777777', owner: 'user/bob@example.com' }],
      events: [
        { ...ENABLE, credential: PERSON.id },
        { ...ENABLE, at: -DAY, credential: 'user/33333333-4444-5555-6666-777777777777' },
        { ...CALL, at: -HOUR, until: 0 },
      ],
      expect: ['enabled:medium', 'inUse:medium'],
    },
    {
      title: 'keys of two resources',
      credential: PERSON,
      events: [ENABLE, { ...ENABLE, target: `${RESOURCE}-2` }],
      expect: ['enabled:medium', 'enabled:medium'],
    },
    {
      title: 'keys that someone may not switch on',
      credential: PERSON,
      events: [{ ...ENABLE, outcome: 'denied' }],
      expect: [],
    },
    {
      title: 'a key of a vendor that is switched on again, which has a holder',
      credential: { id: 'user_01Example', provider: 'anthropic', kind: 'member', owner: 'a@example.com' },
      events: [{ ...ENABLE, action: 'anthropic:platform_api_key_updated', target: 'apikey_01Example' }],
      expect: [],
    },
    {
      title: 'a key that was made anew and not used',
      credential: PERSON,
      known: [{ ...KEYS, id: `${RESOURCE}/key1`, active: true }],
      events: [{ ...ENABLE, deed: 'create', target: `${RESOURCE}/key1` }],
      expect: [],
    },
    {
      title: 'models called with a managed identity',
      credential: { id: 'app/11111111-2222-3333-4444-555555555555', kind: 'managed-identity', provider: 'azure' },
      events: [{ ...CALL, at: -9 * DAY, until: 0 }],
      expect: [],
    },
    {
      title: 'a gateway subscription, which stands for one consumer',
      credential: { ...KEYS, kind: 'gateway-subscription' },
      events: [{ ...CALL, at: -9 * DAY, until: 0 }],
      expect: [],
    },
  ],
  commands: keylessCommands,
  *judge({ credential, facets }) {
    // Of other clouds and vendors it is a key that is switched on again.
    const enabled = deedRows(facets.deeds, 'enable').filter(({ action }) => action.startsWith('microsoft.'));
    for (const [resource, rows] of groupBy(enabled, ({ target }) => target))
      yield tellEnabled(credential, resource, rows);
    const { id, kind, owner } = credential;
    const { first, last, count } = facets.lifetime;
    if (kind !== 'resource-key' || count === 0) return;
    yield {
      message: 'inUse',
      data: {
        resource: resourceText(owner),
        calls: countText(count, 'call'),
        from: dayText(first),
        until: dayText(last),
      },
      subject: [owner || id],
      episodes: [{ from: first, until: last }],
      evidence: {
        calls: count,
        firstSeen: isoText(first),
        lastSeen: isoText(last),
        resource: owner,
        networks: networkEvidence(networkRows(facets.networks), { first, last }),
      },
    };
  },
});

function tellEnabled({ id, owner }: Credential, resource: string, rows: readonly DeedRow[]) {
  const sum = sumDeeds(rows);
  const name = resource === '' ? 'an unnamed resource' : resourceText(resource);
  return {
    message: 'enabled' as const,
    data: { who: principalText(owner), resource: name, day: dayText(sum.last) },
    subject: [resource || id, 'enabled'],
    episodes: episodesOf(rows),
    evidence: { ...deedEvidence(sum), resource, by: id },
  };
}
