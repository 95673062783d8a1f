import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { parseReport, type SavedReport } from '../saved-report.ts';
import type { Io } from './io.ts';

/** Reads the JSON report at a path. */
export function readSaved(path: string, io: Io): SavedReport {
  return parseReport(textAt(path, io), path);
}

function textAt(path: string, io: Io): string {
  try {
    return readFileSync(resolve(io.cwd, path), 'utf8');
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new UserError(
      `${path} ${isMissing ? 'does not exist' : 'cannot be read'}`,
      'Give the path of a report that was written with --out json=FILE.',
    );
  }
}
