import { defineCollector } from './collector.ts';
import { litellmNeeds } from './litellm/needs.ts';
import { openProxy } from './litellm/proxy.ts';

export const litellm = defineCollector({
  id: 'litellm',
  title: 'LiteLLM',
  description:
    'A LiteLLM proxy, over its own API: the virtual keys it lends, who holds them, every call in its spend log and, with an ' +
    'Enterprise licence, its audit log. The key that lets keyward in is read from LITELLM_MASTER_KEY or LITELLM_API_KEY; a ' +
    'key of a user with the role proxy_admin_viewer is enough.',
  forms: ['litellm:https://proxy.example.com'],
  needs: litellmNeeds,
  unit: 'part',
  accepts: source => /^litellm:/i.test(source),
  open: openProxy,
});
