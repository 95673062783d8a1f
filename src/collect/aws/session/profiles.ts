import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { UserError, unknownName } from '../../../errors.ts';
import type { Task } from '../../collector.ts';

/** The profile that the task or the environment names; empty for none. */
export const profileOf = ({ aws, env }: Pick<Task, 'aws' | 'env'>): string => aws.profile || env['AWS_PROFILE'] || '';

/** Throws a `UserError` with the nearest name when no AWS config file has the profile: the SDK would pass on to other sources. */
export async function checkProfile(task: Pick<Task, 'aws' | 'env'>): Promise<void> {
  const profile = profileOf(task);
  if (profile === '') return;
  const { env } = task;
  const config = env['AWS_CONFIG_FILE'] || join(homedir(), '.aws', 'config');
  const credentials = env['AWS_SHARED_CREDENTIALS_FILE'] || join(homedir(), '.aws', 'credentials');
  const names = [
    ...(await sectionsOf(config, CONFIG_SECTION)),
    ...(await sectionsOf(credentials, CREDENTIALS_SECTION)),
  ];
  if (names.includes(profile)) return;
  if (names.length > 0) throw unknownName('AWS profile', profile, [...new Set(names)].sort());
  throw new UserError(`unknown AWS profile '${profile}'`, `There is none in ${config} or ${credentials}.`);
}

const CONFIG_SECTION = /^\s*\[\s*(?:profile\s+(['"]?)(?<name>[^\]]+?)\1|(?<only>default))\s*\]/;
const CREDENTIALS_SECTION = /^\s*\[\s*(?<name>[^\]]+?)\s*\]/;

async function sectionsOf(path: string, section: RegExp): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.split(/\r?\n/).flatMap(line => {
    const { name, only } = section.exec(line)?.groups ?? {};
    return name ?? only ?? [];
  });
}
