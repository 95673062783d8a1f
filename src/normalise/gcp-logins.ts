import type { AuditEvent } from '../model/event.ts';
import { textOf } from './dig.ts';
import { type GcpAct, type Tell, told } from './gcp-act.ts';
import { diveList, diveText } from './gcp-entry.ts';
import { principalOf } from './gcp-identity.ts';

const signIn: Tell = () => [told('sign-in', '')];

/** Sign-ins of people as Google Workspace logs them. */
export const LOGIN_TELLERS: readonly (readonly [string, Tell])[] = [
  ['login:loginSuccess', signIn],
  ['login:loginFailure', signIn],
  ['login:suspiciousLogin', signIn],
  ['login:suspiciousLoginLessSecureApp', signIn],
  ['login:suspiciousProgrammaticLogin', signIn],
  ['login:accountDisabledPasswordLeak', exposePassword],
  ['login:accountDisabledHijacked', exposePassword],
];

/** How a sign-in ended, which its name tells and its status does not; null for what is none. */
export function loginOutcome(action: string): AuditEvent['outcome'] | null {
  if (action === 'login:loginFailure') return 'failed';
  return action.startsWith('login:suspicious') ? 'denied' : null;
}

/** Whether a second factor was given; where people sign in elsewhere, Google does not know of theirs. */
export function secondFactor(metadata: unknown): AuditEvent['mfa'] {
  const methods = parametersOf(metadata)
    .filter(parameter => /^(?:login_challenge_method|is_second_factor)$/.test(diveText(parameter, 'name')))
    .flatMap(parameter => [
      diveText(parameter, 'value'),
      diveText(parameter, 'boolValue'),
      ...diveList(parameter, 'multiStrValue').map(textOf),
      ...diveList(parameter, 'multiValue').map(textOf),
    ]);
  return methods.some(method => SECOND.test(method)) ? 'yes' : '';
}

const SECOND =
  /^(?:true|backup_code|google_authenticator|google_prompt|idv_any_phone|idv_preregistered_phone|internal_two_factor|offline_otp|security_key|security_key_otp|passkey)$/;

/** Google found the password of an account in the hands of others. */
function exposePassword(act: GcpAct): ReturnType<Tell> {
  const named = parametersOf(act.entry.metadata).find(
    parameter => diveText(parameter, 'name') === 'affected_email_address',
  );
  const target = principalOf(diveText(named, 'value'))?.id ?? act.caller?.credential ?? '';
  return [told('expose', target)];
}

const parametersOf = (metadata: unknown): readonly unknown[] =>
  diveList(metadata, 'event').flatMap(event => diveList(event, 'parameter'));
