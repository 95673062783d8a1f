import { UserError } from '../../errors.ts';
import { isObject } from '../../normalise/dig.ts';
import { isRedirect } from '../service/json.ts';
import { isPassing } from '../service/passing.ts';
import { tame } from '../service/tame.ts';
import { firstNumber, firstText, isNodeCode, readThrown } from '../service/thrown.ts';
import { NO_WORD, type Trouble, troubleOf } from '../service/trouble.ts';
import { crowdedText, type ServiceWords, strangerText, unreachedText, wayOf } from '../service/unreached.ts';
import { KEY_PLACE, KEY_VARIABLE } from './key.ts';

/** What is of use in an error of the SDK, of Node or of anything else that was thrown. */
interface Fault {
  /** The HTTP status of the answer; 0 when there was none. */
  readonly status: number;
  /** What OpenAI calls it; empty when it does not say. */
  readonly code: string;
  /** Node's code, as in ECONNREFUSED; empty when there is none. */
  readonly node: string;
  readonly host: string;
  readonly message: string;
  readonly isLate: boolean;
  /** The answer has an error as OpenAI writes it. */
  readonly isOwn: boolean;
  /** What answered is not OpenAI. */
  readonly isStrange: boolean;
}

function readFault(error: unknown): Fault {
  const { layers, code, host, isLate, isGarbled } = readThrown(error);
  const texts = layers.map(layer => firstText([layer], 'message'));
  const status = firstNumber(layers.map(layer => layer['status']));
  return {
    status,
    code: isNodeCode(code) ? '' : code,
    node: isNodeCode(code) ? code : '',
    host,
    // What lies beneath says more than that the connection failed.
    message: (status > 0 ? texts[0] : texts.findLast(text => text !== '')) ?? '',
    isLate: isLate || texts.some(text => /^Request timed out/.test(text)),
    isOwn: layers.some(({ error: said }) => isObject(said)),
    isStrange: isGarbled || isRedirect(status) || layers.some(layer => layer['isStrange'] === true),
  };
}

const REFUSED =
  `OpenAI does not take the key in ${KEY_VARIABLE} (HTTP 401): it was revoked, has expired or is no admin key; an owner of ` +
  `the organisation makes one at ${KEY_PLACE}`;
const NOT_LISTED =
  "the organisation's allow-list of addresses does not let this machine in: add its address, or run this from one that is on it";
const ABROAD = 'OpenAI does not answer requests from this country (HTTP 403)';
const OPENAI: ServiceWords = {
  name: 'OpenAI',
  whereabouts: 'OPENAI_BASE_URL if it is set, the network',
  certificates: 'NODE_EXTRA_CA_CERTS',
};

/** Explains in one sentence why a list could not be read; `list` as in 'the admin keys'. */
export function explainOpenai(error: unknown, list: string): Trouble {
  if (error instanceof UserError) return troubleOf(error);
  const fault = readFault(error);
  const { status, code, message } = fault;
  if (/^ip_(?:address_)?not_(?:authorized|allowed)$/.test(code)) return { kind: 'denied', what: NOT_LISTED };
  if (status === 401) return { kind: 'credentials', what: REFUSED };
  if (code === 'unsupported_country_region_territory') return { kind: 'other', what: ABROAD };
  if (status === 403 && fault.isOwn) return { kind: 'denied', what: deniedText(message, list) };
  if (status === 404 && fault.isOwn) return { kind: 'missing', what: missingText(list) };
  if (status === 429) return { kind: 'throttled', what: crowdedText('OpenAI') };
  const what = networkText(fault);
  return what === '' ? { kind: 'other', what: otherText(fault) } : { kind: 'network', what };
}

/** The message may name what the key lacks. */
function deniedText(message: string, list: string): string {
  const [, scopes] = /missing scopes?:\s*([\w.]+(?:,\s*[\w.]+)*)/i.exec(message) ?? [];
  const lacks = scopes === undefined ? '' : `, for which it lacks ${tame(scopes)}`;
  return `the admin key may not read ${list}${lacks} (HTTP 403): give it permission to, or use an admin key that may read all`;
}

const missingText = (list: string): string =>
  list === 'the audit log'
    ? 'OpenAI has no audit log of this organisation (HTTP 404): an owner switches it on in the data controls of its settings'
    : `OpenAI has no such list for this organisation (HTTP 404): ${list}`;

/** Empty when it is not about reaching the service. */
function networkText({ status, node, host, isLate, isOwn, isStrange }: Fault): string {
  if (isStrange) return `${strangerText(host, 'OpenAI')}: a proxy or a sign-in page may stand in between`;
  return unreachedText(wayOf({ host, code: node, status, isLate, isBarred: status === 403 && !isOwn }), OPENAI);
}

const otherText = ({ status, message }: Fault): string => tame(message) || (status > 0 ? `HTTP ${status}` : NO_WORD);

/** Whether the same request may be answered later. */
export function mayPass(error: unknown): boolean {
  const { status, node, isLate } = readFault(error);
  return isPassing({ status, code: node, isLate });
}
