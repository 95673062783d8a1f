import { outsiders } from '../../../normalise/cloudtrail-trust.ts';
import { dig, digText } from '../../../normalise/dig.ts';
import { tidy } from '../../../normalise/redact.ts';
import { compareText, countText, someText } from '../../../wording.ts';
import type { Inquiry, Question } from './inquiry.ts';

const ROLES: Question = { permission: 'iam:ListRoles', thing: 'roles' };

/** A list that is one longer is told whole as well. */
const SHOWN_ROLES = 9;
const SHOWN_OUTSIDERS = 2;

/** One line about the roles that others than the account itself may assume; none when there are none. */
export async function askRoles(inquiry: Inquiry, account: string): Promise<readonly string[]> {
  const { rows } = await inquiry.askAll(ROLES, '', 'Roles', (iam, marker) => iam.roles(marker));
  const open = rows.flatMap(role => {
    const trusted = outsiders(decoded(dig(role, 'AssumeRolePolicyDocument')), account) ?? [];
    return trusted.length === 0 ? [] : [`role/${tidy(digText(role, 'RoleName'))} (${trustedText(trusted)})`];
  });
  if (open.length === 0) return [];
  const named = someText([...new Set(open)].sort(compareText), SHOWN_ROLES);
  return [`${countText(open.length, 'role')} of account ${account} can be assumed from outside: ${named}`];
}

const trustedText = (names: readonly string[]): string =>
  names.includes('*') ? 'anyone' : someText(names, SHOWN_OUTSIDERS);

/** IAM answers with policies in URL encoding. */
function decoded(policy: unknown): unknown {
  if (typeof policy !== 'string') return policy;
  try {
    return decodeURIComponent(policy);
  } catch {
    return policy;
  }
}
