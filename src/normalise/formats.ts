import { cloudtrail } from './cloudtrail.ts';
import { credentialReport } from './credential-report.ts';
import type { Format } from './format.ts';
import { iamListing } from './iam-listing.ts';

export { notAuditLogs } from './not-audit-logs.ts';

/** Every record format, in the order they are tried. */
export const formats: readonly Format[] = [cloudtrail, credentialReport, iamListing];
