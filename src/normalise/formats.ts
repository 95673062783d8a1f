import { cloudtrail } from './cloudtrail.ts';
import type { Format } from './format.ts';

export { notAuditLogs } from './not-audit-logs.ts';

/** Every record format, in the order they are tried. */
export const formats: readonly Format[] = [cloudtrail];
