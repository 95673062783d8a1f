import { dig, isObject, parseJson, textOf } from './dig.ts';
import { tidy } from './redact.ts';

const MOST = 16;

/**
 * Whom a role's trust policy lets in from outside the account: account numbers and identity providers, sorted, or
 * only `*`. Null when there is no readable policy. Services and the account's own principals are not outsiders.
 */
export function outsiders(policy: unknown, account: string): readonly string[] | null {
  const document = typeof policy === 'string' ? parsePolicy(policy) : policy;
  const statements = listOf(dig(document, 'Statement'));
  if (statements.length === 0) return null;
  const found = statements
    .filter(statement => dig(statement, 'Effect') !== 'Deny')
    .flatMap(statement => trustedBy(dig(statement, 'Principal'), dig(statement, 'NotPrincipal')));
  if (found.includes('*')) return ['*'];
  return [...new Set(found)]
    .filter(name => name !== '' && name !== account)
    .sort()
    .slice(0, MOST);
}

function trustedBy(principal: unknown, excepted: unknown): string[] {
  if (principal === '*' || excepted !== undefined) return ['*'];
  if (!isObject(principal)) return [];
  const accounts = listOf(dig(principal, 'AWS')).map(accountIn);
  const providers = listOf(dig(principal, 'Federated')).map(provider => tidy(textOf(provider)));
  return [...accounts, ...providers];
}

/** The account a principal belongs to; the unique id that a deleted principal leaves behind belongs to none. */
function accountIn(principal: unknown): string {
  const text = textOf(principal);
  if (text === '*') return '*';
  return /^(\d{12})$/.exec(text)?.[1] ?? /^arn:[\w-]+:(?:iam|sts)::(\d{12}|\*):/.exec(text)?.[1] ?? '';
}

/** Requests carry a policy as JSON text, answers as URL-encoded JSON text. */
function parsePolicy(text: string): unknown {
  if (!text.trimStart().startsWith('%7B')) return parseJson(text);
  try {
    return JSON.parse(decodeURIComponent(text));
  } catch {
    return undefined;
  }
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}
