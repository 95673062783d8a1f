import type { View, Views } from '../model/coverage.ts';
import type { AuditEvent, Outcome } from '../model/event.ts';
import type { Fields, JsonObject, Paths } from '../scan/wanted.ts';
import { readAddress } from './address.ts';
import { readAgent } from './agent.ts';
import { createAnnouncer } from './azure-announcer.ts';
import { asGroup, keepGroup } from './azure-group.ts';
import {
  type AppCredentialKind,
  appIdentity,
  managedIdentityId,
  personIdentity,
  signInName,
} from './azure-identity.ts';
import { dig, digList, digText, textOf } from './dig.ts';
import { signInOutcome } from './entra-errors.ts';
import { idOf, recordId, tenantOf } from './entra-identity.ts';
import { fieldsOf, gather, has, itemsOf, openExport, type Shape } from './entra-shape.ts';
import { eventBy } from './event-by.ts';
import { defineFormat, type Reader, type Sink } from './format.ts';
import { type Identity, strangerAt } from './identity.ts';
import { readInstant } from './instant.ts';
import { GUESSED } from './key-list.ts';
import { isMasked, tidy } from './redact.ts';
import { blind } from './view.ts';

const PATHS = {
  happened: ['createdDateTime'],
  logged: ['time'],
  id: ['id'],
  correlation: ['correlationId'],
  tenant: ['tenantId'],
  resource: ['resourceId'],
  table: ['category'],
  type: ['type'],
  code: ['status.errorCode'],
  result: ['resultType'],
  userId: ['userId'],
  upn: ['userPrincipalName'],
  appId: ['appId'],
  principalId: ['servicePrincipalId'],
  principalName: ['servicePrincipalName'],
  keyId: ['servicePrincipalCredentialKeyId'],
  thumbprint: ['servicePrincipalCredentialThumbprint'],
  credentialType: ['clientCredentialType'],
  federatedId: ['federatedCredentialId'],
  managedType: ['managedIdentityType', 'managedServiceIdentity.msiType'],
  managedId: ['managedServiceIdentity.associatedResourceId'],
  interactive: ['isInteractive'],
  requirement: ['authenticationRequirement'],
  mfaMethod: ['mfaDetail.authMethod'],
  token: ['uniqueTokenIdentifier'],
  address: ['ipAddress', 'callerIpAddress'],
  agent: ['userAgent'],
} as const satisfies Paths;

type SignIn = Fields<typeof PATHS>;

/** Sign-in logs of Entra ID: of people, interactive or not, of applications and of managed identities. */
export const entraSignIn = defineFormat({
  id: 'entra-sign-in',
  title: 'Entra ID sign-in logs',
  paths: PATHS,
  unwrap: unwrapSignIn,
  reader: createReader,
});

/** Who signs in, and whether a person was there to do so. */
type Sort = 'interactive' | 'non-interactive' | 'application' | 'managed-identity';

const SORTS: ReadonlyMap<string, Sort> = new Map([
  ['signinlogs', 'interactive'],
  ['adfssigninlogs', 'interactive'],
  ['noninteractiveusersigninlogs', 'non-interactive'],
  ['serviceprincipalsigninlogs', 'application'],
  ['managedidentitysigninlogs', 'managed-identity'],
]);

const EVENT_TYPES: ReadonlyMap<string, Sort> = new Map([
  ['interactiveUser', 'interactive'],
  ['nonInteractiveUser', 'non-interactive'],
  ['servicePrincipal', 'application'],
  ['managedIdentity', 'managed-identity'],
]);

const FIELDS = [...fieldsOf(PATHS), 'authenticationDetails', 'signInEventTypes'];

const WHO = ['userPrincipalName', 'userId', 'servicePrincipalId', 'servicePrincipalName', 'appId'] as const;
const WHO_COLUMNS = ['UserPrincipalName', 'ServicePrincipalId', 'ServicePrincipalName'] as const;
const WHERE_COLUMNS = ['IPAddress', 'CreatedDateTime', 'UniqueTokenIdentifier'] as const;

const STRONG = /fido2|passkey|windows hello|authenticator|phone sign-?in|\(mfa\)/i;

/** Names that stand for no value. */
const isNone = (text: string): boolean => /^(?:none|unknown(?:futurevalue)?)?$/i.test(text);

const sortOfTable = (name: string): Sort | undefined => SORTS.get(name.toLowerCase().replace(/^aad/, ''));

function unwrapSignIn(record: JsonObject): JsonObject | null {
  const shape = shapeOf(record);
  return shape === null ? null : keepGroup(shape.own, gather(shape, FIELDS));
}

function shapeOf(record: JsonObject): Shape | null {
  if (has(record, 'properties')) return sortOfTable(textOf(record.category)) === undefined ? null : openExport(record);
  if (has(record, 'ResultType')) {
    const isRow = [WHO_COLUMNS, WHERE_COLUMNS].every(names => names.some(name => has(record, name)));
    return isRow ? { own: record, around: null, isTable: true } : null;
  }
  const isAnswer =
    has(record, 'createdDateTime') &&
    dig(record, 'status', 'errorCode') !== undefined &&
    WHO.some(name => has(record, name));
  return isAnswer ? { own: record, around: null, isTable: false } : null;
}

function createReader(): Reader<typeof PATHS> {
  const announce = createAnnouncer();
  const seen = new Set<Sort>();
  return {
    read(fields, whole, sink) {
      const at = readInstant(fields.happened) ?? readInstant(fields.logged);
      const outcome = signInOutcome(fields.code) ?? signInOutcome(fields.result);
      if (at === undefined) sink.malformed('the sign-in has no readable time');
      else if (outcome === null) sink.malformed('the sign-in does not say how it ended');
      else {
        const sort = sortOf(fields, whole());
        seen.add(sort);
        report({ fields, sort, at, outcome, whole: whole() }, announce, sink);
      }
    },
    views: () => viewsOf(seen),
  };
}

interface Seen {
  readonly fields: SignIn;
  readonly whole: JsonObject;
  readonly sort: Sort;
  readonly at: number;
  readonly outcome: Outcome;
}

function report(seen: Seen, announce: ReturnType<typeof createAnnouncer>, sink: Sink): void {
  const { fields, sort } = seen;
  const account = tenantOf(fields.tenant, fields.resource);
  const identity = (isPerson(sort) ? personIn(fields, account) : appIn(fields, sort, account)) ?? strangerAt(account);
  announce(identity, isGuess(fields, identity) ? GUESSED : 0, sink);
  sink.event(asGroup(toEvent(seen, identity), seen.whole));
}

const isPerson = (sort: Sort): boolean => sort === 'interactive' || sort === 'non-interactive';

/** The log that a record is of tells best; what is not told is seen by who signs in. */
function sortOf(fields: SignIn, whole: JsonObject): Sort {
  const told = sortOfTable(fields.table) ?? sortOfTable(fields.type) ?? sortOfTypes(dig(whole, 'signInEventTypes'));
  const sort = told ?? sortByFields(fields);
  return sort === 'interactive' && fields.interactive.toLowerCase() === 'false' ? 'non-interactive' : sort;
}

const sortOfTypes = (types: unknown): Sort | undefined =>
  itemsOf(types)
    .map(type => EVENT_TYPES.get(textOf(type)))
    .find(sort => sort !== undefined);

function sortByFields({ upn, userId, managedType }: SignIn): Sort {
  if (upn !== '' || idOf(userId) !== '') return 'interactive';
  return isNone(managedType) ? 'application' : 'managed-identity';
}

function personIn({ upn, userId, token }: SignIn, account: string): Identity | null {
  return personIdentity({ objectId: idOf(userId), upn: signInName(upn), account, session: sessionOf(token) });
}

function appIn(fields: SignIn, sort: Sort, account: string): Identity | null {
  const kind = kindOf(fields, sort);
  const keyId = keyIn(fields, kind);
  const appId = idOf(fields.appId);
  const objectId = idOf(fields.principalId) || idOf(fields.principalName);
  return appIdentity({ appId, objectId, kind, keyId, account, session: sessionOf(fields.token) });
}

/** A token that is masked is none that could be met again. */
function sessionOf(text: string): string {
  const token = tidy(text);
  return isMasked(token) ? '' : token;
}

function kindOf(fields: SignIn, sort: Sort): AppCredentialKind {
  const type = fields.credentialType.toLowerCase();
  if (sort === 'managed-identity' || type === 'managedidentity') return 'managed-identity';
  if (type === 'federatedidentitycredential' || idOf(fields.federatedId) !== '') return 'federated-credential';
  if (type === 'certificate' || type === 'clientassertion' || fields.thumbprint !== '') return 'client-certificate';
  return type === 'clientsecret' || idOf(fields.keyId) !== '' ? 'client-secret' : 'service-principal';
}

/** A key without a thumbprint is taken for a secret: whatever else tells its kind counts more. */
const isGuess = (fields: SignIn, { kind }: Identity): boolean =>
  kind === 'client-secret' && fields.credentialType.toLowerCase() !== 'clientsecret';

function keyIn(fields: SignIn, kind: AppCredentialKind): string {
  if (kind === 'federated-credential') return idOf(fields.federatedId);
  if (kind === 'managed-identity') return managedIn(fields);
  return idOf(fields.keyId);
}

/** With an identity assigned by hand, the log may name the machine that used it. */
function managedIn({ managedId, managedType }: SignIn): string {
  const id = managedIdentityId(managedId);
  return /^user/i.test(managedType) && !id.includes('/userassignedidentities/') ? '' : id;
}

function toEvent({ fields, whole, sort, at, outcome }: Seen, identity: Identity): AuditEvent {
  const { credential, session } = identity;
  const address = readAddress(fields.address);
  const otherwise = () => [idOf(fields.correlation), at, outcome, credential, session, idOf(fields.appId), address];
  return eventBy(identity, {
    at,
    example: recordId(fields.id, otherwise),
    deed: isPerson(sort) ? 'sign-in' : 'issue',
    action: sort === 'non-interactive' ? 'entra:non-interactive sign-in' : 'entra:sign-in',
    outcome,
    address,
    agent: readAgent(fields.agent),
    mfa: isPerson(sort) && outcome === 'ok' ? mfaOf(fields, sort, whole) : '',
  });
}

/** One factor was enough only where the log asks for no more and a person was there; a strong one counts as two. */
function mfaOf({ requirement, mfaMethod }: SignIn, sort: Sort, whole: JsonObject): '' | 'yes' | 'no' {
  if (/^multifactorauthentication$/i.test(requirement) || !isNone(mfaMethod)) return 'yes';
  if (digList(whole, 'authenticationDetails').some(isStrong)) return 'yes';
  return /^singlefactorauthentication$/i.test(requirement) && sort === 'interactive' ? 'no' : '';
}

const isStrong = (step: unknown): boolean =>
  STRONG.test(digText(step, 'authenticationMethod')) && digText(step, 'succeeded').toLowerCase() !== 'false';

const unseen = (what: string): View => blind(`sign-in logs show no ${what}`);

const GAPS: readonly (readonly [sort: Sort, gap: string])[] = [
  ['interactive', 'no sign-ins of people: they are in the log SignInLogs'],
  ['non-interactive', 'no tokens renewed for people: they are in the log NonInteractiveUserSignInLogs'],
  ['application', 'no sign-ins of applications: they are in the log ServicePrincipalSignInLogs'],
  ['managed-identity', 'no sign-ins of managed identities: they are in the log ManagedIdentitySignInLogs'],
];

const NO_ADDRESS = 'sign-ins of managed identities seldom bear an address';
const NO_CALLS = 'model calls: resource logs of the category RequestResponse have those';
const NO_CHANGES =
  'sign-in logs show tokens that were issued, and no changes of keys and rights: the audit log and the Activity Log have those';
const NO_INVENTORY = 'no list of secrets and certificates, which Microsoft Graph gives';

function viewsOf(seen: ReadonlySet<Sort>): Views {
  const gaps = GAPS.filter(([sort]) => !seen.has(sort)).map(([, gap]) => gap);
  return {
    calls: unseen(NO_CALLS),
    tokens: unseen('token counts of models'),
    places: { blind: false, gaps: seen.has('managed-identity') ? [...gaps, NO_ADDRESS] : gaps },
    deeds: { blind: false, gaps: [NO_CHANGES] },
    'sign-ins': { blind: false, gaps },
    inventory: { blind: false, gaps: [NO_INVENTORY] },
  };
}
