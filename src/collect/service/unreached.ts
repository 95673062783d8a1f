/** How a request came to nothing on its way; what the service itself says to it is told elsewhere. */
export interface Way {
  /** The host that was asked; empty where that is not known. */
  readonly host: string;
  /** Node's code, as in ECONNREFUSED; empty when there is none. */
  readonly code: string;
  /** The HTTP status of the answer; 0 when there was none. */
  readonly status: number;
  /** No answer came in time. */
  readonly isLate: boolean;
  /** Something refused it that is not the service. */
  readonly isBarred: boolean;
  /** The service says that it failed. */
  readonly isBroken: boolean;
  readonly attempts: number;
}

/** How a request came to nothing that was tried as long as anyone waits; what is not said of it is as its status says. */
export const wayOf = (known: Pick<Way, 'host' | 'code' | 'status'> & Partial<Way>): Way => ({
  isLate: false,
  isBarred: false,
  isBroken: known.status >= 500 || known.status === 408,
  attempts: 0,
  ...known,
});

/** A service as the sentences name it. */
export interface ServiceWords {
  readonly name: string;
  /** What to check where its name leads nowhere. */
  readonly whereabouts: string;
  /** The variable that names the certificates to trust. */
  readonly certificates: string;
}

const CERTIFICATE = /CERT|UNABLE_TO_|ERR_TLS/;
const BEHIND_PROXY = 'and HTTPS_PROXY behind a proxy';

/** Why a service was not reached, and what to do; empty when it is not about that. */
export function unreachedText(way: Way, { name, whereabouts, certificates }: ServiceWords): string {
  const { code, status } = way;
  const host = way.host || 'the service';
  const tries = attemptsText(way.attempts);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `the name of ${host} cannot be resolved: check ${whereabouts}, ${BEHIND_PROXY}`;
  if (CERTIFICATE.test(code))
    return `the certificate of ${host} is not trusted (${code}): if a proxy inspects traffic, name its CA file in ${certificates}`;
  if (way.isBarred) return `something before ${name} refuses the request: a proxy may have to let its hosts through`;
  if (status === 407) return 'the proxy wants a user name and password: put them into HTTPS_PROXY';
  if (way.isLate || code === 'ETIMEDOUT')
    return `${host} did not answer in time${tries}: check the network, ${BEHIND_PROXY}`;
  if (/^E[A-Z]+$/.test(code))
    return `the connection to ${host} failed${tries} (${code}): check the network, ${BEHIND_PROXY}`;
  return way.isBroken ? `${name} failed with HTTP ${status}${tries}: try again later` : '';
}

/** How often it was tried, where that was more than once; to be put behind a verb. */
export const attemptsText = (attempts: number): string => (attempts > 1 ? ` after ${attempts} attempts` : '');

/** That something else answered in place of a service. */
export const strangerText = (host: string, name: string): string =>
  `what answered at ${host || 'the service'} is not ${name}`;

/** That a service refuses requests because there are too many. */
export const crowdedText = (name: string): string =>
  `${name} refuses requests as too many: other tools share the allowance, so run this again when they are done`;
