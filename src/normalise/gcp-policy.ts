import type { Told } from './cloudtrail-deeds.ts';
import { textOf } from './dig.ts';
import { fit, type GcpAct, told } from './gcp-act.ts';
import { diveList, diveText, field } from './gcp-entry.ts';
import { principalOf } from './gcp-identity.ts';

interface Binding {
  readonly member: string;
  readonly role: string;
}

const PUBLIC: ReadonlySet<string> = new Set(['allUsers', 'allAuthenticatedUsers']);

/** Services whose resources give credentials, or open models; a public web site or bucket is no way to obtain a key. */
const OPENING = /^(?:iam|cloudresourcemanager|aiplatform|secretmanager):/;

const FEDERATED_ROLE = 'roles/iam.workloadIdentityUser';

/** Mail that anyone may have. */
const CONSUMER =
  /@(?:gmail|googlemail|outlook|hotmail|live|msn|yahoo|ymail|icloud|me|aol|proton|protonmail|gmx|web|mail|yandex|qq|163)\.(?:com|net|org|de|ru|me|co\.[a-z]{2})$/;

/** What a change of an IAM policy is: rights given, a way opened for outsiders, or the logging of data access cut. */
export function tellPolicy(act: GcpAct): readonly Told[] {
  const { delta } = act.entry;
  const silenced = diveList(delta, 'auditConfigDeltas').filter(isLoss);
  const added = addedIn(act);
  return [...tellSilence(act, silenced), ...tellBindings(act, added ?? []), ...(added === null ? [unclear(act)] : [])];
}

/** Less is logged when a kind of access is taken out, or when somebody is exempted from it. */
function isLoss(change: unknown): boolean {
  const isExemption = diveText(change, 'exemptedMember') !== '';
  return diveText(change, 'action') === (isExemption ? 'ADD' : 'REMOVE');
}

function tellSilence(act: GcpAct, losses: readonly unknown[]): readonly Told[] {
  if (losses.length === 0) return [];
  const services = losses.map(loss => diveText(loss, 'service')).map(name => (name === 'allServices' ? 'all' : name));
  const names = [...new Set(services)].filter(name => name !== '').sort();
  const what = names.length === 0 ? 'data access logs' : `data access logs of ${names.join(' ')}`;
  return [told('silence', fit(`${placeOf(act)} (less of the ${what})`))];
}

/** The bindings that are new; null when the log does not say. */
function addedIn({ entry, action }: GcpAct): readonly Binding[] | null {
  if (action.endsWith(':InsertProjectOwnershipInvite'))
    return [{ member: diveText(entry.request, 'member'), role: 'roles/owner' }];
  const listed = field(entry.delta, 'bindingDeltas');
  if (!Array.isArray(listed)) return entry.delta === undefined ? null : [];
  return listed.flatMap((change: unknown) => {
    const binding = { member: diveText(change, 'member'), role: diveText(change, 'role') };
    return diveText(change, 'action') === 'ADD' && binding.member !== '' ? [binding] : [];
  });
}

function tellBindings(act: GcpAct, added: readonly Binding[]): readonly Told[] {
  const isOpening = OPENING.test(act.action);
  const outside = isOpening ? added.filter(binding => isOutsider(binding, act)) : [];
  const inside = added.filter(binding => !outside.includes(binding));
  return [...tellOutsiders(act, outside), ...grantees(inside).map(name => told('grant', name))];
}

function tellOutsiders(act: GcpAct, outside: readonly Binding[]): readonly Told[] {
  if (outside.length === 0) return [];
  const names = outside.map(({ member }) => (PUBLIC.has(member) ? '*' : nameOf(member)));
  const sorted = [...new Set(names)].sort();
  const isByProvider = outside.every(({ member }) => isFederated(member));
  const place = placeOf(act);
  if (sorted.includes('*') || isByProvider) return [told('trust', fit(`${place} trusts ${sorted.join(', ')}`))];
  return [told('trust', fit(`${place} (open to ${sorted.join(', ')})`))];
}

const isFederated = (member: string): boolean => principalOf(member)?.kind === 'federated-credential';

function isOutsider({ member, role }: Binding, act: GcpAct): boolean {
  if (PUBLIC.has(member) || role === FEDERATED_ROLE || isFederated(member)) return true;
  return /^(?:user|group):/.test(member) && isStranger(nameOf(member), act.caller?.owner ?? '');
}

/** Whose mail anyone may have, or who is of another domain than the person that lets them in. */
function isStranger(email: string, giver: string): boolean {
  if (CONSUMER.test(email)) return !CONSUMER.test(giver);
  const own = domainOf(giver);
  if (own === '' || giver.endsWith('.gserviceaccount.com') || CONSUMER.test(giver)) return false;
  const other = domainOf(email);
  return other !== own && !other.endsWith(`.${own}`) && !own.endsWith(`.${other}`);
}

const domainOf = (email: string): string => email.slice(email.lastIndexOf('@') + 1).toLowerCase();

const grantees = (bindings: readonly Binding[]): readonly string[] =>
  [...new Set(bindings.map(({ member }) => fit(nameOf(member))))].sort();

/** Several names are parted by commas, so that none may hold one. */
const nameOf = (member: string): string => (principalOf(member)?.id ?? textOf(member)).replace(/,\s+/g, ',');

const unclear = (act: GcpAct): Told => told('grant', placeOf(act));

/** The resource whose policy it is; service accounts are logged by number, and known by their address. */
const placeOf = ({ resource, holder }: GcpAct): string =>
  fit(/\/serviceAccounts\/\d+$/.test(resource) && holder !== '' ? holder : resource);
