import type { Finding } from '../../model/finding.ts';
import { isUnnamed, shortName } from '../plain.ts';
import { holderOf } from './telling.ts';

/** The sentence of a tame finding with the credential that it is about in front: what stands alone in a list. */
export function headlineOf(finding: Finding): string {
  const message = finding.message.trim() || finding.rule;
  return finding.credential === null ? message : `${aboutText(finding)}: ${message}`;
}

/** What a tame finding is about: the whole id of its credential and who holds it, or its subject. */
export function aboutText({ credential, subject }: Finding): string {
  if (credential === null) return subject;
  const { id } = credential;
  const holder = holderOf(credential);
  const name = id.startsWith('arn:') || isUnnamed(id) ? shortName(id, 80) : id;
  return holder === '' ? name : `${name} of ${holder}`;
}
