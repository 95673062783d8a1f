import type { Finding } from '../../model/finding.ts';
import { displayWidth, headOf, isAddress, plain, truncateMiddle } from '../plain.ts';

/** Longer than any command that a rule writes; what is longer is not printed, for half a command is worse than none. */
const LONGEST_COMMAND = 2000;
const LONGEST_NAME = 200;
/** So many columns of a name in a sentence tell it apart, and so many hold any sentence that a rule writes. */
const WIDEST_WORD = 60;
const WIDEST_PROSE = 600;
/** Room for a hostile name in the middle, so that what follows it is still told. */
const LONGEST_PROSE = 20_000;

/** The finding with all the text that is shown made harmless. */
export function tame(finding: Finding): Finding {
  const { credential, remediation } = finding;
  return {
    ...finding,
    rule: tameId(finding.rule),
    subject: tameId(finding.subject),
    title: tameName(finding.title),
    message: tameProse(finding.message),
    members: finding.members.map(tameId),
    corroboratedBy: finding.corroboratedBy.map(tameId),
    remediation: { summary: tameProse(remediation.summary), commands: remediation.commands.map(tameCommand) },
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

/** Sentences with long names shortened in the middle, cut off where they would fill the screen; addresses stay whole. */
function tameProse(text: string): string {
  const words = plain(text, LONGEST_PROSE).split(' ');
  const prose = words.map(word => (isAddress(word) ? word : truncateMiddle(word, WIDEST_WORD))).join(' ');
  return displayWidth(prose) <= WIDEST_PROSE ? prose : `${headOf(prose, WIDEST_PROSE - 1).trimEnd()}…`;
}

function tameCommand(command: string): string {
  if (command.length > LONGEST_COMMAND) return '# a command too long to print is in --format json';
  return plain(command, 8 * LONGEST_COMMAND).trim();
}
