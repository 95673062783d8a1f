import { incidentsOf } from '../episodes.ts';
import { type DeedRow, deedEvidence, deedRows, deeds, sumDeeds } from '../facets/deeds.ts';
import { volume, volumeHours } from '../facets/volume.ts';
import { actorOf, actorText, holderName, resourceText } from '../kinds.ts';
import { DAY, HOUR, MINUTE } from '../time.ts';
import { countText, dayText, isoText, someText, timeText } from '../wording.ts';
import { defineRule, type RuleContext, type Subject } from './rule.ts';

const facets = { deeds, volume };

const options = {
  historyDays: {
    default: 90,
    min: 1,
    max: 365,
    describe: 'Days in which a principal must have enabled nothing for it to be told.',
  },
  usedWithinHours: { default: 24, min: 1, max: 720, describe: 'Hours in which a first use of models belongs to it.' },
} as const;

type Enabler = Subject<typeof facets>;
type Context = RuleContext<typeof facets, typeof options, undefined>;

const ENABLING =
  /^(?:bedrock:(?:PutUseCaseForModelAccess|CreateFoundationModelAgreement|PutFoundationModelEntitlement)|(?:agreement|aws)-marketplace:AcceptAgreementRequest|microsoft\.cognitiveservices\/accounts\/deployments\/write|microsoft\.machinelearningservices\/workspaces\/serverlessendpoints\/write|serviceusage:(?:Batch)?EnableServices?|aiplatform:(?:DeployModel|AcceptPublisherModelEula))$/;

const ROLE = 'arn:aws:iam::123456789012:role/test';
const MODEL = 'anthropic.claude-3-sonnet-20240229-v1:0';
const GRANT = { deed: 'grant', action: 'bedrock:CreateFoundationModelAgreement', target: MODEL } as const;
const CALL = { deed: 'infer', action: 'bedrock:InvokeModel', model: MODEL } as const;
const DEPLOY = {
  deed: 'grant',
  action: 'microsoft.cognitiveservices/accounts/deployments/write',
  target:
    '/subscriptions/00000000-1111-2222-3333-444444444444/resourcegroups/ai/providers/microsoft.cognitiveservices/accounts/prod-ai/deployments/gpt-5',
} as const;

export const modelAccessEnabled = defineRule({
  id: 'model-access-enabled',
  family: 'platform',
  title: 'Models made available',
  severity: 'medium',
  kind: 'signal',
  description:
    'A principal that had not done so in 90 days made models available: it stated a use case to Bedrock, accepted the agreement for a model or entitled the account to it, made a deployment in Azure, or in Google Cloud switched the API of models on, accepted the terms of a model or deployed one. It is rare work of few, and what a thief does who finds that the models they came for are not switched on. What principals do who do it again and again, such as a pipeline that deploys, is not told; nor what was refused. ' +
    'An agreement of the AWS Marketplace counts where it was asked for through Bedrock.',
  remediation:
    'Ask the principal whether they meant to. If not, disable the credential, delete the agreement or the deployment, and see what was called since. Deny these operations by policy to all but the few who enable models.',
  references: [
    'https://stratus-red-team.cloud/attack-techniques/AWS/aws.impact.bedrock-invoke-model/',
    'https://docs.aws.amazon.com/bedrock/latest/userguide/model-access.html',
    'https://docs.cloud.google.com/vertex-ai/generative-ai/docs/control-model-access',
    'https://sysdig.com/blog/llmjacking-stolen-cloud-credentials-used-in-new-ai-attack/',
  ],
  falsePositives: [
    'The first model of a new account, or a person who takes the work over.',
    'The first call of a model in an account: Bedrock accepts the agreement for whoever makes it.',
  ],
  lookbackDays: 90,
  needs: ['deeds'],
  helps: ['calls'],
  facets,
  options,
  messages: {
    used: '{who} made {models} available on {day} ({actions}){history}, and called models from {time} on.',
    enabled: '{who} made {models} available on {day} ({actions}){history}.',
  },
  examples: () => [
    {
      title: 'a role accepts the agreement for a model, for the first time, and calls it',
      credential: { id: ROLE, kind: 'role', owner: ROLE },
      events: [
        { at: -100 * DAY, until: 0 },
        { ...GRANT, at: -DAY, action: 'bedrock:PutUseCaseForModelAccess', target: '' },
        { ...GRANT, at: -DAY + MINUTE },
        { ...CALL, at: -DAY + 5 * MINUTE },
      ],
      expect: ['used:medium'],
    },
    { title: 'logs that begin with it', events: [{ ...GRANT, at: -DAY }], expect: ['enabled:medium'] },
    {
      title: 'a person makes a deployment in Azure',
      credential: {
        id: 'user/22222222-3333-4444-5555-666666666666',
        provider: 'azure',
        kind: 'entra-user',
        owner: 'user/alice@example.com',
      },
      events: [{ ...DEPLOY, at: -DAY }],
      expect: ['enabled:medium'],
    },
    {
      title: 'a pipeline that deploys every week',
      events: [{ ...DEPLOY, at: -60 * DAY, until: 0, every: 7 * DAY }],
      expect: ['enabled:medium'],
    },
    {
      title: 'a person switches the API of models on in a project of Google Cloud',
      credential: { id: 'a@example.com', provider: 'google', kind: 'member', owner: 'a@example.com' },
      events: [{ ...GRANT, at: -DAY, action: 'serviceusage:EnableService', target: 'aiplatform.googleapis.com' }],
      expect: ['enabled:medium'],
    },
    {
      title: 'a principal that did so a month before, with another credential',
      known: [{ id: 'AKIAI44QH8DHBEXAMPLE' }],
      events: [
        { ...GRANT, at: -40 * DAY, credential: 'AKIAI44QH8DHBEXAMPLE' },
        { ...GRANT, at: -DAY },
      ],
      expect: ['enabled:medium'],
    },
    {
      title: 'again after 91 days',
      events: [
        { ...GRANT, at: -93 * DAY },
        { ...GRANT, at: -DAY },
      ],
      expect: ['enabled:medium'],
    },
    { title: 'an agreement that was refused', events: [{ ...GRANT, at: -DAY, outcome: 'denied' }], expect: [] },
    {
      title: 'privileges of another kind',
      events: [{ deed: 'grant', action: 'iam:AttachRolePolicy', at: -DAY, target: ROLE }],
      expect: [],
    },
    { title: 'everyday use', events: [{ ...CALL, at: -9 * DAY, until: 0 }], expect: [] },
  ],
  *judge(subject, context) {
    const own = enablingsOf(subject);
    if (own.length === 0) return;
    const all = enablingsOfPrincipal(subject, context);
    const fresh = own.filter(row => isFirst(row, all, context.options.historyDays));
    for (const rows of incidentsOf(fresh.map(row => ({ ...row, from: row.first, until: row.last })))) {
      yield tell(subject, rows, context);
    }
  },
});

const enablingsOf = ({ facets }: Enabler): DeedRow[] =>
  deedRows(facets.deeds, 'grant').filter(({ action }) => ENABLING.test(action));

function enablingsOfPrincipal(subject: Enabler, { heldBy, subjectOf }: Context): readonly DeedRow[] {
  const held = heldBy(actorOf(subject.credential)).map(({ id }) => subjectOf(id)!);
  return (held.some(({ credential }) => credential.id === subject.credential.id) ? held : [subject, ...held]).flatMap(
    enablingsOf,
  );
}

/** Whether the principal had enabled nothing in the days before; what it does within a day is one. */
const isFirst = (row: DeedRow, all: readonly DeedRow[], historyDays: number): boolean =>
  !all.some(({ first, last }) => first <= row.first - DAY && last >= row.first - historyDays * DAY);

function tell({ credential, facets }: Enabler, rows: readonly DeedRow[], { options, coveredDays, subjectOf }: Context) {
  const sum = sumDeeds(rows);
  const usedAt = firstUse([...volumeHours(facets.volume)], sum.first, options.usedWithinHours);
  const covered = coveredDays(sum.first - options.historyDays * DAY, sum.first);
  const models = [...new Set(rows.map(({ target }) => target))].filter(target => target !== '').sort();
  const actions = [...new Set(rows.map(({ action }) => action))].sort();
  const data = {
    who: actorText(credential.owner === '' ? { ...credential, owner: credential.id } : credential, subjectOf),
    models: models.length === 0 ? 'models' : someText(models.map(resourceText), 2),
    day: dayText(sum.first),
    actions: someText(actions.map(actionText), 3),
    history: covered === 0 ? '' : `, the first of its kind in ${countText(covered, 'day')} of logs`,
  };
  const rest = {
    subject: [credential.owner || credential.id],
    episodes: [{ from: sum.first, until: sum.last }],
    evidence: {
      ...deedEvidence(sum),
      actions,
      models,
      coveredDays: covered,
      by: credential.id,
      ...holderName(actorOf(credential), subjectOf),
      usedFrom: usedAt === undefined ? null : isoText(usedAt),
    },
  };
  if (usedAt === undefined) return { message: 'enabled' as const, data, ...rest };
  return { message: 'used' as const, data: { ...data, time: timeText(usedAt) }, ...rest };
}

/** The first answered call from then on, soon enough to belong to it. */
function firstUse(hours: readonly { readonly okFirst: number }[], from: number, withinHours: number) {
  return hours.map(({ okFirst }) => okFirst).find(at => at >= from && at <= from + withinHours * HOUR);
}

/** An operation without its service: of Azure the last two words. */
const actionText = (action: string): string =>
  action.startsWith('microsoft.') ? action.split('/').slice(-2).join('/') : action.slice(action.indexOf(':') + 1);
