import { subscriptionNeeds, workspaceNeeds } from './azure/needs.ts';
import { openSubscription } from './azure/subscription.ts';
import { openWorkspace } from './azure/workspace.ts';
import { defineCollector } from './collector.ts';

const SUBSCRIPTION = /^azure:\/*subscriptions\/[^/]*\/*$/i;

export const azure = defineCollector({
  id: 'azure',
  title: 'Azure',
  description:
    'A Log Analytics workspace, with the Activity Log, the audit and sign-in logs of Entra ID and the logs of Azure AI, ' +
    'Key Vault and API Management as far as they are exported to it; or, without a workspace, the last 90 days of the ' +
    'Activity Log of a subscription. The queries are bound against the schemas of the tables in the tests, and were not yet ' +
    'run on a live workspace.',
  forms: ['azure:<workspace-id>', 'azure:/subscriptions/<id>'],
  needs: [...workspaceNeeds, ...subscriptionNeeds],
  unit: 'part',
  accepts: source => /^azure:/i.test(source),
  open: (source, task) => (SUBSCRIPTION.test(source) ? openSubscription(source, task) : openWorkspace(source, task)),
});
