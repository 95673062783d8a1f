import type { JsonObject } from '../scan/wanted.ts';
import { anthropicActivity } from './anthropic-activity.ts';
import { anthropicAnalytics } from './anthropic-analytics.ts';
import { anthropicListing } from './anthropic-listing.ts';
import { anthropicUsageReport } from './anthropic-usage-report.ts';
import { azureActivity } from './azure-activity.ts';
import { azureAi } from './azure-ai.ts';
import { azureGateway } from './azure-gateway.ts';
import { azureKeyVault } from './azure-key-vault.ts';
import { bedrockInvocation } from './bedrock-invocation.ts';
import { cloudtrail } from './cloudtrail.ts';
import { credentialReport } from './credential-report.ts';
import { entraApplications } from './entra-applications.ts';
import { entraAudit } from './entra-audit.ts';
import { entraSignIn } from './entra-sign-in.ts';
import type { FieldMap } from './field-map.ts';
import type { Format } from './format.ts';
import { gcpAudit } from './gcp-audit.ts';
import { gcpKeys } from './gcp-keys.ts';
import { iamListing } from './iam-listing.ts';
import { litellmAudit } from './litellm-audit.ts';
import { litellmKeys } from './litellm-keys.ts';
import { litellmPayload } from './litellm-payload.ts';
import { litellmSpend } from './litellm-spend.ts';
import { formatFromMap } from './mapped-log.ts';
import { openaiAudit } from './openai-audit.ts';
import { openaiListing } from './openai-listing.ts';
import { openaiUsage } from './openai-usage.ts';
import { otelSpans } from './otel-spans.ts';
import { presets, PRESETS } from './presets.ts';
import { proxyFormats } from './proxy-formats.ts';

export { notAuditLogs } from './not-audit-logs.ts';

/** What a configuration says of how records are read. */
export interface ReadingOptions {
  readonly maps?: readonly FieldMap[];
  /** How many proxies of one's own an `X-Forwarded-For` has passed; without any it is not believed. */
  readonly trustedProxies?: number;
}

/** Logs that are known by their fields alone, whoever saved them. */
const presetFormats = (trustedProxies = 0): readonly Format[] =>
  PRESETS.filter(name => presets[name].when !== undefined).map(
    name => formatFromMap({ name, preset: name }, trustedProxies).format,
  );

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
  openaiAudit,
  openaiUsage,
  openaiListing,
  ...presetFormats(),
  bedrockInvocation,
  otelSpans,
  anthropicActivity,
  anthropicAnalytics,
  anthropicUsageReport,
  anthropicListing,
  litellmSpend,
  litellmPayload,
  litellmKeys,
  litellmAudit,
  gcpAudit,
  gcpKeys,
  ...proxyFormats(),
];

/** Every record format under a configuration: its maps come first where they say which records are theirs, or else last. */
export function formatsFor({ maps = [], trustedProxies = 0 }: ReadingOptions = {}): readonly Format[] {
  const known = trustedProxies === 0 ? formats : trusting(trustedProxies);
  if (maps.length === 0) return known;
  const mapped = maps.map(map => formatFromMap(map, trustedProxies));
  const prior = mapped.filter(({ isPrior }) => isPrior).map(({ format }) => format);
  const others = mapped.filter(({ isPrior }) => !isPrior).map(({ format }) => format);
  return [...behind([], prior), ...known.map(format => less(format, prior)), ...behind([...prior, ...known], others)];
}

/** Every record format, those of proxies and gateways with trust in so many of the proxies before them. */
function trusting(trustedProxies: number): readonly Format[] {
  const own = [...proxyFormats(trustedProxies), ...presetFormats(trustedProxies)];
  return formats.map(format => own.find(({ id }) => id === format.id) ?? format);
}

/** Formats that each leave alone what is of those before it, so that it does not matter which record comes first. */
const behind = (before: readonly Format[], added: readonly Format[]): Format[] =>
  added.map((format, i) => less(format, [...before, ...added.slice(0, i)]));

function less(format: Format, before: readonly Format[]): Format {
  if (before.length === 0) return format;
  const isTaken = (record: JsonObject): boolean => before.some(other => other.unwrap(record) !== null);
  return { ...format, unwrap: record => (isTaken(record) ? null : format.unwrap(record)) };
}
