import { awsNeeds, s3Needs } from '../../collect/aws/needs.ts';
import { leastPrivilege } from '../../collect/aws/policy.ts';
import { entraNeeds, subscriptionNeeds, workspaceNeeds } from '../../collect/azure/needs.ts';
import { customRole } from '../../collect/azure/role.ts';
import { rules } from '../../rules/index.ts';
import { sampleConfig } from './config.ts';
import { cronLines } from './cron.ts';
import { githubWorkflow } from './github.ts';
import { gitlabJob } from './gitlab.ts';

/** Something that `keyward init` can write. */
export interface Piece {
  readonly id: string;
  readonly title: string;
  /** Where it goes, in the current folder; null for what can only be shown. */
  readonly file: string | null;
  /** Files that serve the same end: where one of them is, this one would be in its way. */
  readonly others?: readonly string[];
  /** What to do with it, in lines. */
  readonly next: readonly string[];
  text(folder: string): string;
}

/** All that `keyward init` can write. */
export const pieces: readonly Piece[] = [
  {
    id: 'config',
    title: 'a commented configuration',
    file: 'keyward.yaml',
    others: ['keyward.yml', 'keyward.json'],
    next: ['Name your sources in it, then run `keyward audit`.'],
    text: () => sampleConfig(rules),
  },
  {
    id: 'github',
    title: 'a weekly workflow for GitHub: code scanning and step summary',
    file: '.github/workflows/keyward.yml',
    next: ['Commit it with keyward.yaml. To sign in to a cloud, take away the # of its step.'],
    text: () => githubWorkflow,
  },
  {
    id: 'gitlab',
    title: 'a job for GitLab: Code Quality, JUnit and an HTML page',
    file: 'keyward.gitlab-ci.yml',
    next: ['Include it in .gitlab-ci.yml, and add a weekly pipeline schedule.'],
    text: () => gitlabJob,
  },
  {
    id: 'aws',
    title: 'the least-privilege IAM policy for aws: and s3://',
    file: 'keyward-aws-policy.json',
    next: [
      'Put your own names in place of those in capitals; leave out what you do not need.',
      'Once it is attached, `keyward doctor aws:` tries it.',
    ],
    text: () => json(leastPrivilege([...awsNeeds, ...s3Needs])),
  },
  {
    id: 'azure',
    title: 'the least-privilege custom role for azure: and entra:',
    file: 'keyward-azure-role.json',
    next: [
      'Put your own subscription in place of SUBSCRIPTION, then run',
      'az role definition create --role-definition keyward-azure-role.json',
    ],
    text: () => json(customRole([...workspaceNeeds, ...subscriptionNeeds, ...entraNeeds])),
  },
  {
    id: 'cron',
    title: 'the lines of a weekly cron job that is silent unless something is new',
    file: null,
    next: ['Add them with `crontab -e`; where npx is not on that PATH, add its folder.'],
    text: cronLines,
  },
];

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
