import { azureActivity } from './azure-activity.ts';
import { azureAi } from './azure-ai.ts';
import { azureGateway } from './azure-gateway.ts';
import { azureKeyVault } from './azure-key-vault.ts';
import { cloudtrail } from './cloudtrail.ts';
import { credentialReport } from './credential-report.ts';
import { entraApplications } from './entra-applications.ts';
import { entraAudit } from './entra-audit.ts';
import { entraSignIn } from './entra-sign-in.ts';
import type { Format } from './format.ts';
import { iamListing } from './iam-listing.ts';

export { notAuditLogs } from './not-audit-logs.ts';

/** Every record format, in the order they are tried. */
export const formats: readonly Format[] = [
  cloudtrail,
  azureActivity,
  entraSignIn,
  entraAudit,
  azureAi,
  azureGateway,
  azureKeyVault,
  credentialReport,
  iamListing,
  entraApplications,
];
