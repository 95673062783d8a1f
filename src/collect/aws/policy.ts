import { compareText } from '../../wording.ts';
import type { Need } from '../collector.ts';

/** One statement of an IAM policy. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: '*' | readonly string[];
}

/** An IAM policy, as IAM takes it. */
export interface Policy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

/** What the statements about a service are called. */
const SIDS: Readonly<Record<string, string>> = {
  account: 'Regions',
  bedrock: 'InvocationLogging',
  cloudtrail: 'Trails',
  iam: 'Keys',
  kms: 'LogKey',
  organizations: 'Organization',
  s3: 'Log',
  sts: 'OtherAccounts',
};

/** Whether a permission is an action of AWS. */
export const isAction = (permission: string): boolean => /^[a-z][a-z0-9-]*:[A-Z]\w*$/.test(permission);

/** The policy that allows these needs and nothing else: one statement for each service and what it is allowed on. */
export function leastPrivilege(needs: readonly Need[]): Policy {
  const statements = new Map<string, Statement>();
  for (const { permission, on = [] } of [...needs].sort((a, b) => compareText(a.permission, b.permission))) {
    const resources = [...on].sort(compareText);
    const key = JSON.stringify([serviceOf(permission), resources]);
    const actions = statements.get(key)?.Action ?? [];
    statements.set(key, {
      Sid: '',
      Effect: 'Allow',
      Action: [...new Set([...actions, permission])],
      Resource: resources.length === 0 ? '*' : resources,
    });
  }
  return { Version: '2012-10-17', Statement: named([...statements.values()]) };
}

/** Named after the service, and where it has several statements after the first action of each. */
function named(statements: readonly Statement[]): Statement[] {
  return statements.map(statement => {
    const [service, action] = statement.Action[0]!.split(':') as [string, string];
    const isAlone = statements.filter(({ Action }) => serviceOf(Action[0]!) === service).length === 1;
    const name = SIDS[service] ?? pascal(service);
    return { ...statement, Sid: isAlone ? name : `${name}${action}` };
  });
}

const serviceOf = (permission: string): string => permission.slice(0, permission.indexOf(':'));

const pascal = (name: string): string => name.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
