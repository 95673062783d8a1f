import { isPrompt } from '../intake/read-bytes.ts';

/**
 * What a folder holds, told from its path. `outside`: anything, perhaps a trail further down; `accounts`, `services`,
 * `regions`, `years`: one folder for each; `days`: objects of certain days; `other`: no trail.
 */
type Place = 'outside' | 'accounts' | 'services' | 'regions' | 'years' | 'days' | 'other';

/** What lies beside a trail and is no audit log; beside these, all that is called `CloudTrail-…`. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'Config',
  'elasticloadbalancing',
  'vpcdnsquerylogs',
  'vpcflowlogs',
  'WAFLogs',
]);

const REGION = '[a-z]{2,}(?:-[a-z]+)+-\\d+/';
const ACCOUNT = '(?:o-[a-z0-9]+/)?\\d{12}/';
const DAYS = '\\d{4}/(?:\\d{2}/(?:\\d{2}/)?)?';

const PLACES: readonly (readonly [Place, RegExp])[] = [
  ['accounts', /^(?:o-[a-z0-9]+\/)?$/],
  ['services', new RegExp(`^${ACCOUNT}$`)],
  ['regions', new RegExp(`^${ACCOUNT}[^/]+/$`)],
  ['years', new RegExp(`^${ACCOUNT}[^/]+/${REGION}$`)],
  ['days', new RegExp(`^${ACCOUNT}[^/]+/${REGION}${DAYS}$`)],
];

const LOGS = /^(?:.*\/)?AWSLogs\//s;
const SERVICE = new RegExp(`${LOGS.source}${ACCOUNT}`, 's');
const DATED_FOLDER = new RegExp(`${SERVICE.source}[^/]+/${REGION}(\\d{4}/\\d{2}/\\d{2})/`, 's');
const DATED_NAME = /(?:^|\/)\d{12}_CloudTrail(?:-[A-Za-z]+)?_[a-z0-9-]+_(\d{4})(\d{2})(\d{2})T\d{4}Z_[^/]*$/;

/** What a folder holds; its path ends in a slash or is empty. */
export function placeOf(folder: string): Place {
  const logs = LOGS.exec(folder);
  if (logs === null) return 'outside';
  const rest = folder.slice(logs[0].length);
  return PLACES.find(([, form]) => form.test(rest))?.[0] ?? 'other';
}

/** The last name of a folder's path. */
export const nameOf = (folder: string): string => folder.slice(folder.lastIndexOf('/', folder.length - 2) + 1, -1);

/** Whether a folder of that name beside a trail is no audit log. */
export const isLeftOut = (name: string): boolean => name.startsWith('CloudTrail-') || LEFT_OUT.has(name);

/** The service below the folder `asked` that a key belongs to and that is left out; empty when it is wanted. */
export function leftOutService(key: string, asked: string): string {
  const start = SERVICE.exec(key)?.[0].length ?? 0;
  if (start === 0 || start < asked.length) return '';
  const name = key.slice(start, Math.max(start, key.indexOf('/', start)));
  return isLeftOut(name) || isPrompt(key) ? name : '';
}

/** The day an object was delivered, as in '2026/11/20'; empty when neither its folder nor its name tells. */
export function dayOfKey(key: string): string {
  const day = DATED_FOLDER.exec(key)?.[1];
  if (day !== undefined) return day;
  const [, year, month, date] = DATED_NAME.exec(key) ?? [];
  return year === undefined ? '' : `${year}/${month}/${date}`;
}
