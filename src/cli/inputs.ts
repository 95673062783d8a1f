import { files, isStdin, openFiles } from '../collect/files.ts';
import { UserError } from '../errors.ts';
import type { Settings } from './settings.ts';

/** A file that is about to be read. */
export interface Input {
  readonly path: string;
  /** Null when it is not known. */
  readonly bytes: number | null;
}

/** The files that an audit under these settings reads: its own, and those of its sources that can be listed. */
export async function* inputsOf(settings: Settings, signal: AbortSignal): AsyncGenerator<Input, void, void> {
  const { sources, configFile, geoDb, asnDb } = settings;
  for (const path of [configFile, geoDb, asnDb]) if (path) yield { path, bytes: null };
  for (const source of sources) {
    if (isStdin(source)) yield { path: '/dev/stdin', bytes: null };
    else if (files.accepts(source)) yield* listed(source, signal);
  }
}

async function* listed(source: string, signal: AbortSignal): AsyncGenerator<Input, void, void> {
  try {
    for await (const { key, size } of openFiles(source, signal).shards()) yield { path: key, bytes: size };
  } catch (error) {
    // The audit itself tells what cannot be opened.
    if (!(error instanceof UserError)) throw error;
  }
}
