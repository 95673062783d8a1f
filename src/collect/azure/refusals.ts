import type { Trouble } from '../service/trouble.ts';

/** A way in which Entra ID refuses to sign somebody in, and what to do about it. */
export interface Refusal {
  readonly kind: Trouble['kind'];
  /** The numbers that Entra ID has for it. */
  readonly codes: readonly string[];
  readonly what: string;
}

/** What to do once credentials have ended. */
export const SIGN_IN_AGAIN = 'sign in again with `az login`, or get new credentials where these came from';

/** What to do where a token is for another cloud. */
export const OTHER_CLOUD =
  'the credentials are not for this service: if another cloud is meant, name it in the configuration (azure.cloud) or by AZURE_AUTHORITY_HOST';

/** The refusals that a reader is likely to meet. */
export const REFUSALS: readonly Refusal[] = [
  {
    kind: 'expired',
    codes: ['7000222'],
    what: 'the client secret has expired: make a new one or, better, use a workload identity',
  },
  {
    kind: 'credentials',
    codes: ['7000215', '7000216'],
    what: 'the client secret is wrong: AZURE_CLIENT_SECRET must hold its value, not its id',
  },
  {
    kind: 'credentials',
    codes: ['700016', '700038', '7000112'],
    what: 'the tenant does not know the app, or has switched it off: check AZURE_CLIENT_ID and AZURE_TENANT_ID',
  },
  {
    kind: 'credentials',
    codes: ['90002', '900023', '900021', '50059'],
    what: 'there is no such tenant: check AZURE_TENANT_ID, and the cloud if it is not the public one',
  },
  {
    kind: 'credentials',
    codes: ['70021', '700211', '700212', '700213'],
    what: 'no federated credential of the app fits the token that was offered: issuer, subject and audience must be the same',
  },
  {
    kind: 'credentials',
    codes: ['700024', '700021', '700027', '50027'],
    what: 'the signed token of the app is not taken: it may be too old, the clock wrong, or the certificate not that of the app',
  },
  {
    kind: 'credentials',
    codes: ['50072', '50074', '50076', '50079', '50158'],
    what: 'more proof is asked for, such as MFA: sign in again with `az login`',
  },
  {
    kind: 'denied',
    codes: ['53000', '53001', '53002', '53003', '53004', '530003'],
    what: 'a Conditional Access policy of the tenant does not let these credentials in from here',
  },
  {
    kind: 'expired',
    codes: ['50089', '50132', '50133', '50173', '70008', '70043', '70044', '700082', '700084'],
    what: `credentials expired: ${SIGN_IN_AGAIN}`,
  },
  {
    kind: 'denied',
    codes: ['65001', '65004'],
    what: 'the app lacks consent in the tenant: an administrator must grant it',
  },
  { kind: 'credentials', codes: ['500011', '500014', '900382', '900433', '900439'], what: OTHER_CLOUD },
];
