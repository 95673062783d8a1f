import { UserError } from '../errors.ts';
import { openApplications } from './azure/applications.ts';
import { entraNeeds } from './azure/needs.ts';
import { defineCollector } from './collector.ts';

export const entra = defineCollector({
  id: 'entra',
  title: 'Entra ID applications',
  description:
    'The secrets and certificates of the applications and service principals of a Microsoft Entra tenant, as Microsoft ' +
    'Graph lists them: when each was made and when it ends. Of their values nothing is read, not even the first letters.',
  forms: ['entra:'],
  needs: entraNeeds,
  unit: 'part',
  accepts: source => /^entra:/i.test(source),
  open(source, task) {
    if (!/^entra:$/i.test(source.trim()))
      throw new UserError(
        `nothing may follow 'entra:', as in '${source}'`,
        'The tenant is the one that is signed in to: `az login --tenant`, or AZURE_TENANT_ID.',
      );
    return openApplications(task);
  },
});
