import type { Outcome } from '../model/event.ts';
import { memoised } from './memo.ts';

const THROTTLED = /throttl|toomanyrequests|requestlimitexceeded|slowdown|servicequota|bandwidthlimit|^429$/i;
const DENIED =
  /accessdenied|unauthori[sz]ed|notauthori[sz]ed|forbidden|permissiondenied|authfailure|expiredtoken|invalidclienttokenid|invalidtoken|invalidaccesskeyid|unrecognizedclient|signaturedoesnotmatch|incompletesignature|missingauthenticationtoken|tokenrefreshrequired|requestexpired|optinrequired|^40[13]$/i;
const INVALID =
  /validation|notfound|nosuch|notready|invalid|malformed|missingparameter|badrequest|unsupported|notsupported|^4(?:00|04|22)$/i;

/** How a call ended, from its error code; without one it went well. */
export const outcomeOf: (errorCode: string) => Outcome = memoised<Outcome>(2_000, code => {
  if (code === '') return 'ok';
  if (THROTTLED.test(code)) return 'throttled';
  if (DENIED.test(code)) return 'denied';
  return INVALID.test(code) ? 'invalid' : 'failed';
});
