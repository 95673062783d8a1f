import type { Finding } from '../../model/finding.ts';
import { plain } from '../plain.ts';

/** Longer than any command that a rule writes; what is longer is not printed, for half a command is worse than none. */
const LONGEST_COMMAND = 2000;
const LONGEST_NAME = 200;

/** The finding with all the text that is shown made harmless. */
export function tame(finding: Finding): Finding {
  const { credential, remediation } = finding;
  return {
    ...finding,
    rule: tameId(finding.rule),
    subject: tameId(finding.subject),
    title: tameName(finding.title),
    message: plain(finding.message),
    members: finding.members.map(tameId),
    corroboratedBy: finding.corroboratedBy.map(tameId),
    remediation: { summary: plain(remediation.summary), commands: remediation.commands.map(tameCommand) },
    credential: credential && {
      ...credential,
      id: tameId(credential.id),
      owner: tameName(credential.owner),
      account: tameName(credential.account),
    },
  };
}

/** A name on one line; without spaces at its ends, which nobody would see. */
export const tameName = (name: string): string => plain(name, LONGEST_NAME).trim();

/** A name that must show, even if it is empty. */
const tameId = (id: string): string => tameName(id) || '(unnamed)';

function tameCommand(command: string): string {
  if (command.length > LONGEST_COMMAND) return '# a command too long to print is in --format json';
  return plain(command, 8 * LONGEST_COMMAND).trim();
}
