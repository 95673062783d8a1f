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
    "Activity Log of a subscription. The queries are checked against the documented tables with Microsoft's own language " +
    'service and against a test engine that evaluates them; they have not yet been run on a live workspace.',
  forms: ['azure:<workspace-id>', 'azure:/subscriptions/<id>'],
  needs: [...workspaceNeeds, ...subscriptionNeeds],
  unit: 'part',
  accepts: source => /^azure:/i.test(source),
  open: (source, task) => (SUBSCRIPTION.test(source) ? openSubscription(source, task) : openWorkspace(source, task)),
});
