import { relative } from 'node:path';
import type { AuditRequest } from '../audit.ts';
import type { AwsSettings } from '../collect/collector.ts';
import { isStdin } from '../collect/files.ts';
import { collectors } from '../collect/index.ts';
import { withSlashes } from '../collect/paths.ts';
import { compareWith } from '../compare.ts';
import { openGeo } from '../geo.ts';
import type { Report } from '../model/report.ts';
import type { SavedReport } from '../saved-report.ts';
import { suppress } from '../suppress.ts';
import { withCheckpoint } from './checkpoint.ts';
import { clockOf, type Io, notice } from './io.ts';
import { explainStatus, runAudit, statusOf } from './run.ts';
import { readSaved } from './saved.ts';
import { type AuditFlags, type Settings, settle } from './settings.ts';
import { withState } from './state.ts';

/** `keyward audit`: reads the sources, judges them, reports; returns the exit status. */
export async function auditCommand(sources: readonly string[], flags: AuditFlags, io: Io): Promise<number> {
  const settings = settle(sources, flags, io);
  if (flags.verbose) {
    notice(io, settings.configFile === null ? 'no config file' : `config ${settings.configFile}`);
    notice(io, `${settings.rules.length} rules`);
  }
  if (io.isTyped && !flags.quiet && settings.sources.some(isStdin))
    notice(io, 'reading standard input; end it with Ctrl-D');
  const outcome = await withState(requestFrom(settings, io), settings, io, (stateful, last) => {
    const settled = settling(settings, last, io);
    return withCheckpoint(stateful, settings, flags, io, request => runAudit(request, settings, flags, io, settled));
  });
  if (!flags.quiet) explainStatus(outcome, settings, io, flags.checkpoint);
  return statusOf(outcome, settings);
}

/** What becomes of a report once it is judged: what somebody answers for is set apart, and the rest held against an earlier one. */
function settling({ config, baseline }: Settings, last: SavedReport | null, io: Io): (report: Report) => Report {
  const earlier = baseline === null ? last : readSaved(baseline, io);
  return report => {
    const told = suppress(report, config.suppressions ?? []);
    return earlier === null ? told : compareWith(told, earlier);
  };
}

/** Tells the AWS libraries what they take from the environment alone. */
export function prepareAws({ profile }: AwsSettings, io: Io): void {
  // Of a profile that is only passed to them they leave out the endpoints.
  if (profile !== undefined) io.setVariable('AWS_PROFILE', profile);
  // Node 20 is what we support for as long as they do; a user can do nothing about it.
  io.setVariable('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true');
}

/** What the engine is asked for, under these settings. */
export function requestFrom(settings: Settings, io: Io): AuditRequest {
  const { version } = io;
  const { sources, rules, config, geoDb, asnDb, now, since, until, lookbackDays, aws } = settings;
  const networks = (config.networks ?? []).map(network => ({ country: '', kind: 'office' as const, ...network }));
  const geo = openGeo({ geoDb, asnDb, networks });
  prepareAws(aws, io);
  const reading = { maps: config.maps ?? [], trustedProxies: config.trustedProxies ?? 0 };
  const world = { aws, azure: config.azure ?? {}, reading, env: io.env, clock: clockOf(io) };
  const self = config.self ?? [];
  const declared = config.register ?? [];
  const configFile = settings.configFile === null ? null : withSlashes(relative(io.cwd, settings.configFile));
  return {
    sources,
    rules,
    collectors,
    geo,
    self,
    declared,
    now,
    since,
    until,
    lookbackDays,
    world,
    version,
    configFile,
  };
}
