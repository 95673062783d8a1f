import { plain } from '../plain.ts';

const DEFAULT = 'keyward.yaml';
const LONGEST_PATH = 500;

/**
 * The committed file at which findings that have no source code are shown: the configuration, or where it would be. It
 * stays the same from run to run, and below the root of the repository, or every alert would be opened anew.
 */
export function anchorOf(config: string | null): string {
  const path = plain(config ?? '', LONGEST_PATH)
    .trim()
    .replaceAll('\\', '/');
  const names = path.replace(/^[A-Za-z]:/, '').split('/');
  const below = names.filter(name => name !== '' && name !== '.' && name !== '..');
  return below.length === 0 ? DEFAULT : below.join('/');
}
