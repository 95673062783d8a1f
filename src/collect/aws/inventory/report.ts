import type { Credential } from '../../../model/credential.ts';
import { readReport } from '../../../normalise/credential-report.ts';
import { dig, digText } from '../../../normalise/dig.ts';
import { readDate } from '../../../normalise/iam-listing.ts';
import { MINUTE, SECOND } from '../../../time.ts';
import type { Task } from '../../collector.ts';
import type { Inquiry, Question } from './inquiry.ts';

/** What the credential report of an account says, and when it was so. */
export interface Reported {
  readonly credentials: readonly Credential[];
  readonly observedAt: number;
  readonly isWhole: boolean;
}

const GENERATE: Question = { permission: 'iam:GenerateCredentialReport', thing: 'making of the credential report' };
const GET: Question = { permission: 'iam:GetCredentialReport', thing: 'credential report' };

const PAUSE = 2 * SECOND;
const PATIENCE = MINUTE;
const NOT_READY = 'IAM did not finish it within a minute: try again later';

/** Has the report made and reads it; null when there is none to be had. */
export async function askReport(inquiry: Inquiry, { clock, signal, window }: Task): Promise<Reported | null> {
  for (let waited = 0; !(await isMade(inquiry)); waited += PAUSE) {
    if (waited >= PATIENCE) {
      inquiry.fail(GENERATE, '', NOT_READY);
      return null;
    }
    await clock.sleep(PAUSE, signal);
  }
  const answer = await inquiry.ask(GET, '', iam => iam.report());
  return answer === null ? null : takeIn(answer, inquiry, window.until - 1);
}

/** Where a report may not be made, one that was made before may still be read. */
async function isMade(inquiry: Inquiry): Promise<boolean> {
  const answer = await inquiry.ask(GENERATE, '', iam => iam.generateReport());
  return answer === null || digText(answer, 'State') === 'COMPLETE';
}

/** IAM makes a report at most every four hours, so it may be older than the rest of the inventory. */
function takeIn(answer: unknown, inquiry: Inquiry, end: number): Reported {
  const content = dig(answer, 'Content');
  const csv = content instanceof Uint8Array ? Buffer.from(content).toString('utf8') : '';
  const observedAt = Math.min(readDate(dig(answer, 'GeneratedTime')) ?? end, end);
  const credentials: Credential[] = [];
  const { isWhole } = readReport(csv, observedAt, {
    credential: credential => credentials.push(credential),
    malformed: what => inquiry.fail(GET, '', what),
    // Access keys are listed user by user, however many there are.
    overflow: () => {},
  });
  return { credentials, observedAt, isWhole };
}
