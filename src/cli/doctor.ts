import { setMaxListeners } from 'node:events';
import type { AwsSettings, Check, Task } from '../collect/collector.ts';
import { collectors } from '../collect/index.ts';
import { loadConfig } from '../config.ts';
import { coverageOf } from '../coverage.ts';
import { parseInstant } from '../durations.ts';
import { UserError } from '../errors.ts';
import { openGeo } from '../geo.ts';
import type { Coverage, GeoNeed, Views } from '../model/coverage.ts';
import { rules } from '../rules/index.ts';
import { DAY } from '../time.ts';
import { prepareAws } from './audit.ts';
import { checkLines, coverageText, headLines, summaryLines } from './doctor-text.ts';
import { clockOf, type Io, isColored, notice, print, widthOf } from './io.ts';
import { settle, type Settings } from './settings.ts';

/** Options of `keyward doctor`, as the command line gives them. */
export interface DoctorFlags extends AwsSettings {
  readonly config?: string;
  readonly geoDb?: string;
  readonly asnDb?: string;
  readonly json?: boolean;
  readonly color: boolean;
}

/** What keyward itself stands on. */
export interface Ground {
  readonly version: string;
  readonly node: string;
  readonly configFile: string | null;
  readonly sources: readonly string[];
  readonly geography: Geography;
}

export interface Geography {
  /** The database and the day it was built. */
  readonly build: string;
  /** Null when the database does not say. */
  readonly ageDays: number | null;
  /** What nobody was given to tell. */
  readonly lacks: readonly GeoNeed[];
}

/** What trying to reach a source came to. */
export interface Diagnosis {
  readonly source: string;
  readonly checks: readonly Check[];
  /** What the rules would see; null where only reading tells. */
  readonly coverage: readonly Coverage[] | null;
}

const OK = 0;
const INCOMPLETE = 3;
const INTERRUPTED = 130;

/** `keyward doctor`: tries what an audit of the sources would need; returns the exit status. */
export async function doctorCommand(given: readonly string[], flags: DoctorFlags, io: Io): Promise<number> {
  const ground = groundOf(given, flags, io);
  const settings = ground.sources.length === 0 ? null : settle(ground.sources, { ...flags, progress: false }, io);
  if (settings !== null) prepareAws(settings.aws, io);
  const abort = new AbortController();
  // Every request that is under way listens for it.
  setMaxListeners(0, abort.signal);
  const stopListening = io.onInterrupt(() => abort.abort());
  try {
    const say = speaker(flags, io);
    await say(style => headLines(style, ground));
    const diagnoses =
      settings === null ? [] : await diagnoseAll(settings, ground, taskOf(settings, abort.signal, io), say);
    const isOk = diagnoses.every(({ checks }) => checks.every(({ state }) => state === 'ok' || state === 'unknown'));
    await say(style => summaryLines(style, diagnoses));
    if (flags.json) await print(io.stdout, [`${JSON.stringify(asJson(ground, diagnoses, isOk), null, 2)}\n`]);
    if (abort.signal.aborted) notice(io, 'interrupted: not everything was tried');
    return abort.signal.aborted ? INTERRUPTED : isOk ? OK : INCOMPLETE;
  } finally {
    stopListening();
  }
}

/** Prints lines that are made for the terminal at hand; nothing where JSON is wanted. */
type Say = (lines: (style: { width: number; color: boolean }) => readonly string[]) => Promise<void>;

function speaker(flags: DoctorFlags, io: Io): Say {
  const style = { width: widthOf(io), color: isColored(io, flags.color) };
  return async lines => {
    if (!flags.json)
      await print(
        io.stdout,
        lines(style).map(line => `${line}\n`),
      );
  };
}

function groundOf(given: readonly string[], flags: DoctorFlags, io: Io): Ground {
  const { file, config } = loadConfig(flags.config, io.cwd, rules);
  const { build, lacks } = openGeo({
    geoDb: flags.geoDb ?? config.geoDb,
    asnDb: flags.asnDb ?? config.asnDb,
    networks: [],
  });
  const builtAt = parseInstant(/\d{4}-\d{2}-\d{2}$/.exec(build)?.[0] ?? '');
  return {
    version: io.version,
    node: process.versions.node,
    configFile: file,
    sources: [...new Set(given.length > 0 ? given : (config.sources ?? []))],
    geography: { build, ageDays: builtAt === undefined ? null : Math.floor((io.now() - builtAt) / DAY), lacks },
  };
}

const taskOf = ({ aws, config }: Settings, signal: AbortSignal, io: Io): Task => ({
  signal,
  window: { from: null, until: io.now() },
  aws,
  azure: config.azure ?? {},
  env: io.env,
  clock: clockOf(io),
  version: io.version,
  tell: text => notice(io, text),
});

async function diagnoseAll(settings: Settings, { geography }: Ground, task: Task, say: Say): Promise<Diagnosis[]> {
  const diagnoses: Diagnosis[] = [];
  for (const source of settings.sources) {
    if (task.signal.aborted) break;
    await say(() => ['', source]);
    const checks: Check[] = [];
    const views = await checkSource(source, task, async check => {
      checks.push(check);
      await say(style => checkLines(style, check));
    });
    const coverage = views === null ? null : coverageFor(source, views, settings, geography.lacks);
    if (coverage !== null) await say(style => coverageText(style, coverage));
    diagnoses.push({ source, checks, coverage });
  }
  return diagnoses;
}

/** What would be seen of the source; a source that cannot be opened is a check that failed. */
async function checkSource(
  source: string,
  task: Task,
  onCheck: (check: Check) => Promise<void>,
): Promise<Views | null> {
  try {
    const opened = collectors.find(({ accepts }) => accepts(source))!.open(source, task);
    const checks = opened.check?.();
    if (checks === undefined) {
      await onCheck({ what: source, state: 'unknown', detail: 'only an audit tells whether it can be read' });
      return null;
    }
    let step = await checks.next();
    for (; !step.done; step = await checks.next()) await onCheck(step.value);
    return step.value;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const detail = [error.message, error.hint].filter(text => text !== '').join('. ');
    await onCheck({ what: source, state: 'failed', detail });
    return null;
  }
}

/** As if it had just been read to its end. */
const coverageFor = (source: string, views: Views, settings: Settings, lacks: readonly GeoNeed[]): Coverage[] =>
  coverageOf(
    settings.rules.map(({ rule }) => rule),
    [{ id: source, views, missing: '', until: settings.now }],
    [],
    null,
    lacks,
  );

function asJson(
  { version, node, configFile, sources, geography }: Ground,
  diagnoses: readonly Diagnosis[],
  ok: boolean,
) {
  return {
    schema: 'keyward.doctor/1',
    tool: { name: 'keyward', version },
    node,
    config: { file: configFile, sources },
    geography,
    sources: diagnoses.map(({ source, checks, coverage }) => ({
      id: source,
      checks,
      coverage: coverage?.map(({ rule, state, reason }) => ({ rule, state, reason })) ?? null,
    })),
    ok,
  };
}
