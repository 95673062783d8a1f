import { UserError } from '../errors.ts';
import { anthropicNeeds } from './anthropic/needs.ts';
import { openOrganisation } from './anthropic/source.ts';
import { defineCollector } from './collector.ts';

export const anthropic = defineCollector({
  id: 'anthropic',
  title: 'Anthropic',
  description:
    'An organisation at Anthropic, as its Admin and Compliance APIs tell of it: the API keys, members, service accounts and ' +
    'federation rules there are, the calls and tokens of each key by the hour, and the activity feed. Where a key calls ' +
    'models from, Anthropic does not tell: for that, read the log of a proxy beside it. The key is read from ' +
    'ANTHROPIC_ADMIN_KEY, or an OAuth token from ANTHROPIC_AUTH_TOKEN, which alone may list service accounts and ' +
    'federation rules; the activity feed is read with ANTHROPIC_COMPLIANCE_KEY where that is set. A key for calling models ' +
    'is refused. It speaks through the SDK of Anthropic to ANTHROPIC_BASE_URL, or to api.anthropic.com; it is checked ' +
    'against a test server that follows the documentation, and has not yet been run on a live organisation.',
  forms: ['anthropic:'],
  needs: anthropicNeeds,
  unit: 'part',
  accepts: source => /^anthropic:/i.test(source),
  open(source, task) {
    if (!/^anthropic:$/i.test(source.trim()))
      throw new UserError(
        `nothing may follow 'anthropic:', as in '${source}'`,
        'The organisation is the one that the key in ANTHROPIC_ADMIN_KEY belongs to.',
      );
    return openOrganisation(task);
  },
});
