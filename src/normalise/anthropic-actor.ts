import type { CredentialKind } from '../model/credential.ts';
import { announceOnce, metAs } from './announcer.ts';
import { holderKind } from './anthropic-fields.ts';
import { dig, digText, textOf } from './dig.ts';
import { type Identity, identityOf, strangerAt } from './identity.ts';
import type { RowSink } from './key-list.ts';
import { readEmail, readId } from './vendor-fields.ts';

/** Who acts when Anthropic itself does, be it a person or a process. */
export const ANTHROPIC = 'anthropic';

type Read = (actor: unknown, account: string) => Identity | null;

/** By the type of the actor; each has fields of its own. */
const ACTORS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['user_actor', person],
  ['api_actor', (actor, account) => plain(readId(dig(actor, 'api_key_id')), 'unknown', account)],
  ['admin_api_key_actor', (actor, account) => plain(readId(dig(actor, 'admin_api_key_id')), 'admin-key', account)],
  ['scoped_api_key_actor', (actor, account) => plain(readId(dig(actor, 'scoped_api_key_id')), 'admin-key', account)],
  [
    'service_account_actor',
    (actor, account) => plain(readId(dig(actor, 'service_account_id')), 'service-account', account),
  ],
  ['federated_actor', workload],
  ['federated_identity_actor', workload],
  ['attested_device_actor', (actor, account) => plain(readId(dig(actor, 'external_client_id')), 'unknown', account)],
  ['unauthenticated_user_actor', stranger],
  ['scim_directory_sync_actor', directory],
  ['anthropic_actor', (_, account) => plain(ANTHROPIC, 'unknown', account)],
  ['system_actor', (_, account) => plain(ANTHROPIC, 'unknown', account)],
]);

/** Who an actor object names, of the activity feed or of a usage report; null when it names nobody. */
export function readActor(actor: unknown, account: string): Identity | null {
  return (ACTORS.get(digText(actor, 'type')) ?? anyone)(actor, account);
}

/** Says once of each actor that it was met, and whose it is. */
export function createActorAnnouncer(): (actor: Identity, sink: RowSink) => void {
  const announce = announceOnce();
  return (actor, sink) => announce(metAs('anthropic', actor), sink);
}

const plain = (credential: string, kind: CredentialKind, account: string): Identity | null =>
  credential === '' ? null : identityOf({ credential, kind, owner: '', account });

/** A person is known by an id, and held responsible by the e-mail address. */
function person(actor: unknown, account: string): Identity | null {
  const owner = readEmail(dig(actor, 'email_address'));
  const known = plain(readId(dig(actor, 'user_id')) || owner, 'member', account);
  return known === null || owner === '' ? known : { ...known, owner, principal: owner };
}

/** Whoever says to be this person, and is not let in yet. */
function stranger(actor: unknown, account: string): Identity | null {
  const email = readEmail(dig(actor, 'unauthenticated_email_address'));
  return email === '' ? null : strangerAt(email, account);
}

/** A workload that another issuer vouches for. */
function workload(actor: unknown, account: string): Identity | null {
  const provider = dig(actor, 'provider');
  const told = [
    dig(actor, 'issuer'),
    dig(provider, 'issuer'),
    dig(provider, 'account_id'),
    dig(provider, 'subscription_id'),
    dig(provider, 'project_number'),
  ];
  const issuer = told.map(textOf).find(text => text !== '') ?? '';
  const subject = digText(actor, 'subject') || digText(provider, 'signed_principal');
  return plain(readId([issuer, subject].filter(text => text !== '').join(' ')), 'federated-credential', account);
}

function directory(actor: unknown, account: string): Identity | null {
  const id = readId(dig(actor, 'directory_id'));
  return plain(id === '' ? '' : `directory/${id}`, 'unknown', account);
}

/** An actor of a type that is not known yet may still bear an id that is. */
function anyone(actor: unknown, account: string): Identity | null {
  const ids = ['user_id', 'service_account_id', 'api_key_id', 'admin_api_key_id'].map(name => readId(dig(actor, name)));
  const id = ids.find(text => text !== '') ?? '';
  return plain(id, holderKind(id) ?? 'unknown', account);
}
