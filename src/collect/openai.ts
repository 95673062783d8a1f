import { UserError } from '../errors.ts';
import { defineCollector } from './collector.ts';
import { openaiNeeds } from './openai/needs.ts';
import { openOrganization } from './openai/organization.ts';

export const openai = defineCollector({
  id: 'openai',
  title: 'OpenAI',
  description:
    'The organisation that an admin key in OPENAI_ADMIN_KEY is of: its admin keys, the keys, service accounts and members ' +
    'of its projects, its audit log where that is switched on, and the requests and tokens of each key, hour by hour. ' +
    'The lists are read with the vendor’s own client, tested against a loopback server; they have not yet been read from a ' +
    'live organisation.',
  forms: ['openai:'],
  needs: openaiNeeds,
  unit: 'part',
  accepts: source => /^openai:/i.test(source),
  open(source, task) {
    if (!/^openai:$/i.test(source.trim()))
      throw new UserError(
        `nothing may follow 'openai:', as in '${source}'`,
        'The organisation is the one that the key in OPENAI_ADMIN_KEY is of.',
      );
    return openOrganization(task);
  },
});
