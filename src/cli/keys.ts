import type { AuditRequest } from '../audit.ts';
import { isStdin } from '../collect/files.ts';
import type { Report } from '../model/report.ts';
import { registerFacets } from '../register/usage.ts';
import { requestFrom } from './audit.ts';
import { type Io, notice } from './io.ts';
import { KEYS_FORMATS } from './keys/formats.ts';
import { orderNamed } from './keys/order.ts';
import { parseWhere } from './keys/where.ts';
import { parseOutput, reporterFor } from './outputs.ts';
import { explainStatus, runAudit, statusOf } from './run.ts';
import { type AuditFlags, type Settings, settle } from './settings.ts';
import { withState } from './state.ts';

/** Options of `keyward keys`, as the command line gives them. */
export interface KeysFlags extends AuditFlags {
  readonly where?: readonly string[];
  readonly sort?: string;
  readonly all?: boolean;
}

/** Nothing is judged, so nothing can fail the run but what could not be read. */
const NO_GATE = { failOn: 'none', failOnBlind: false, gate: 'all' } as const;

/** `keyward keys`: reads the sources as an audit does, and writes who holds what; returns the exit status. */
export async function keysCommand(sources: readonly string[], flags: KeysFlags, io: Io): Promise<number> {
  const choose = chooserFor(flags);
  const settings = settingsFor(sources, flags, io);
  if (io.isTyped && !flags.quiet && settings.sources.some(isStdin))
    notice(io, 'reading standard input; end it with Ctrl-D');
  const request: AuditRequest = {
    ...requestFrom(settings, io),
    facets: registerFacets,
    register: { isWhole: flags.all ?? false, most: Number.POSITIVE_INFINITY },
  };
  const run = (stateful: AuditRequest) => runAudit(stateful, settings, flags, io, choose);
  const outcome = await withState(request, settings, io, run, false);
  if (!flags.quiet) explainStatus(outcome, NO_GATE, io);
  return statusOf(outcome, NO_GATE);
}

/** What of the register is wanted, and in which order. */
function chooserFor({ where = [], sort = 'holder' }: KeysFlags): (report: Report) => Report {
  const isWanted = where.length === 0 ? () => true : parseWhere(where);
  const order = orderNamed(sort);
  return report => {
    const { rows, total } = report.register!;
    const viewpoint = { now: report.run.now, sources: report.sources.map(({ id }) => id) };
    return { ...report, register: { rows: rows.filter(row => isWanted(row, viewpoint)).sort(order), total } };
  };
}

/** The settings of an audit without rules. Formats, files and gates of the configuration are meant for its reports. */
function settingsFor(sources: readonly string[], flags: KeysFlags, io: Io): Settings {
  const { format = 'table', out = [], where: _where, sort: _sort, all: _all, ...reading } = flags;
  return {
    ...settle(sources, { ...reading, out: [] }, io),
    rules: [],
    reporter: reporterFor(format, KEYS_FORMATS),
    outputs: out.map(text => parseOutput(text, io.cwd, KEYS_FORMATS)),
    checkpoint: null,
    baseline: null,
  };
}
