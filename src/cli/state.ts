import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { AuditRequest } from '../audit.ts';
import { codeOf } from '../checkpoint-file.ts';
import { rememberedReport } from '../compare.ts';
import { UserError } from '../errors.ts';
import type { Report } from '../model/report.ts';
import { planFor } from '../plan.ts';
import { json } from '../report/json.ts';
import { registerFacets } from '../register/usage.ts';
import { rules } from '../rules/index.ts';
import { parseReport, type SavedReport } from '../saved-report.ts';
import { lastRunAt } from '../state/known.ts';
import { removeUnfinished } from '../state/state-file.ts';
import { openState, type State } from '../state/state.ts';
import { tell } from './failures.ts';
import { type Io, notice } from './io.ts';
import { takeLock } from './lock.ts';
import type { Settings } from './settings.ts';

/** The file of a state in its folder. */
const fileIn = (folder: string): string => join(folder, 'keyward.state');

/** Runs an audit that knows what earlier ones read and, where it `keeps` that, leaves to later ones what it read itself. */
export async function withState<
  T extends { readonly interrupted: boolean; readonly isWritten: boolean; readonly report: Report },
>(
  request: AuditRequest,
  { state: folder, config }: Settings,
  io: Io,
  run: (request: AuditRequest, earlier: SavedReport | null) => Promise<T>,
  keeps = true,
): Promise<T> {
  if (folder === null) return await run(request, null);
  makeFolder(folder);
  const release = takeLock(join(folder, 'lock'), io.now());
  let state: State | undefined;
  try {
    const path = fileIn(folder);
    removeUnfinished(path);
    const places = JSON.stringify([request.geo.build, config.networks ?? []]);
    state = openState(path, { plan: planFor(rules, registerFacets), now: request.now, places });
    const earlier = state.last === null ? null : parseReport(state.last.told, path);
    const outcome = await run({ ...request, state }, earlier);
    const isKept = !keeps || keep(state, folder, outcome, earlier, io);
    return isKept ? outcome : { ...outcome, isWritten: false };
  } finally {
    state?.close();
    release();
  }
}

/** What the last run told that a state was kept by. */
export function reportOfState(folder: string, { cwd }: Io): SavedReport {
  const last = lastRunAt(fileIn(resolve(cwd, folder)));
  if (last !== null) return parseReport(last.told, folder);
  throw new UserError(`there is no state in '${folder}'`, 'Name the folder that `keyward audit --state` was given.');
}

/** A run that nobody saw the end of is as if it had not been: the next one reads the same again. False when it could not be kept. */
function keep(
  state: State,
  folder: string,
  {
    interrupted,
    isWritten,
    report,
  }: { readonly interrupted: boolean; readonly isWritten: boolean; readonly report: Report },
  earlier: SavedReport | null,
  io: Io,
): boolean {
  if (interrupted || !isWritten) {
    notice(io, `the state in ${folder} stays as it was`);
    return true;
  }
  try {
    state.save([...json.render(rememberedReport(report, earlier), { width: 80, color: false })].join(''));
    return true;
  } catch (error) {
    // What the system does not say is a bug of ours.
    if (!(error instanceof Error) || !('code' in error)) throw error;
    const what = `the state in '${folder}' could not be written (${codeOf(error)}) and stays as it was`;
    tell(new UserError(what, 'Make room, or check who may write there; the next run reads the same again.'), io);
    return false;
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new UserError(`the folder '${folder}' cannot be made (${codeOf(error)})`, 'Name another one with --state.');
  }
}
