import { dig, isObject, parseJson, textOf } from './dig.ts';
import { tidy } from './redact.ts';

const MOST = 16;

/** How the members of an organisation are written where they are let in. */
const ORGANISATION = 'accounts of the organisation';

/**
 * Whom a role's trust policy lets in from outside the account: account numbers and identity providers, sorted, or
 * only `*`. Null when there is no readable policy. Services, the account's own principals and the providers it has
 * itself declared are not outsiders; a condition on the caller's account or organisation narrows `*` down to it.
 */
export function outsiders(policy: unknown, account: string): readonly string[] | null {
  const document = typeof policy === 'string' ? parsePolicy(policy) : policy;
  const statements = listOf(dig(document, 'Statement'));
  if (statements.length === 0) return null;
  const found = statements.filter(statement => dig(statement, 'Effect') !== 'Deny').flatMap(trustedBy);
  if (found.includes('*')) return ['*'];
  return [...new Set(found)]
    .filter(name => name !== '' && name !== account && !isProviderOf(name, account))
    .sort()
    .slice(0, MOST);
}

function trustedBy(statement: unknown): string[] {
  const named = namedBy(dig(statement, 'Principal'), dig(statement, 'NotPrincipal'));
  return named.includes('*')
    ? [...named.filter(name => name !== '*'), ...narrowed(dig(statement, 'Condition'))]
    : named;
}

function namedBy(principal: unknown, excepted: unknown): string[] {
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

const isProviderOf = (name: string, account: string): boolean =>
  account !== '' && /^arn:[\w-]+:iam::(\d*):(?:oidc|saml)-provider\//.exec(name)?.[1] === account;

/** Where a caller lacks the key, `…IfExists` and `ForAllValues:` let them pass, so those hold nobody back. */
const HOLDS_BACK = /^(?:ForAnyValue:)?(?:StringEquals|StringEqualsIgnoreCase|StringLike|ArnEquals|ArnLike)$/i;

type Whose = (value: string) => string;

const organisation: Whose = value => (/^o-[a-z0-9]{10,32}(?:\/|$)/.test(value) ? ORGANISATION : '*');
const numbered: Whose = value => (/^\d{12}$/.test(value) ? value : '*');
const ofArn: Whose = value => /^arn:[\w-]+:(?:iam|sts)::(\d{12}):/.exec(value)?.[1] ?? '*';

/** Whom a value of a condition lets in, by the condition's key; `*` when the value does not say. */
const WHOSE: ReadonlyMap<string, Whose> = new Map([
  ['aws:principalaccount', numbered],
  ['aws:sourceaccount', numbered],
  ['aws:principalarn', ofArn],
  ['aws:principalorgid', organisation],
  ['aws:principalorgpaths', organisation],
  ['aws:sourceorgid', organisation],
]);

/** Whom a statement open to all lets in under its conditions: all of them must be met, so the narrowest tells. */
function narrowed(condition: unknown): string[] {
  const told = Object.entries(isObject(condition) ? condition : {})
    .filter(([operator]) => HOLDS_BACK.test(operator))
    .flatMap(([, tests]) => Object.entries(isObject(tests) ? tests : {}))
    .map(([key, values]) => listOf(values).map(value => WHOSE.get(key.toLowerCase())?.(textOf(value)) ?? '*'))
    .filter(names => names.length > 0 && !names.includes('*'));
  const accounts = told.find(names => !names.includes(ORGANISATION));
  return accounts ?? told[0] ?? ['*'];
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
