import { type DeedRow, deedEvidence, deedRows, deeds, groupDeeds, sumDeeds } from '../facets/deeds.ts';
import { episodesOf } from '../facets/stretch.ts';
import { principalText, resourceText } from '../kinds.ts';
import { groupBy } from '../group.ts';
import type { Tally } from '../facets/tally.ts';
import type { Credential } from '../model/credential.ts';
import type { Severity } from '../model/finding.ts';
import { DAY } from '../time.ts';
import { compareText, isoText, oftenText, someText, timeText } from '../wording.ts';
import { defineRule } from './rule.ts';

/** What is no longer so, by action. */
const EFFECTS: ReadonlyMap<string, string> = new Map([
  ['cloudtrail:StopLogging', 'the trail records nothing from then on'],
  ['cloudtrail:DeleteTrail', 'the trail is gone'],
  ['cloudtrail:UpdateTrail', 'the trail records less than before'],
  ['cloudtrail:PutEventSelectors', 'the trail leaves events out'],
  ['cloudtrail:DeleteEventDataStore', 'the event data store is gone'],
  ['cloudtrail:StopEventDataStoreIngestion', 'the event data store takes in nothing from then on'],
  ['bedrock:DeleteModelInvocationLoggingConfiguration', 'model calls are no longer logged'],
  ['bedrock:PutModelInvocationLoggingConfiguration', 'what is logged of model calls, or where to, was changed'],
  ['microsoft.insights/diagnosticsettings/delete', 'its logs go nowhere by this setting from then on'],
  ['microsoft.insights/diagnosticsettings/write', 'the setting records nothing from then on'],
  ['microsoft.insights/logprofiles/delete', 'the Activity Log is no longer exported by it'],
  ['microsoft.operationalinsights/workspaces/delete', 'the workspace that held the logs is gone'],
  ['microsoft.operationalinsights/workspaces/purge/action', 'records were to be deleted from the workspace'],
]);

/** What is a set-up as often as a silencing. */
const AMBIGUOUS: ReadonlySet<string> = new Set(['bedrock:PutModelInvocationLoggingConfiguration']);

const ACCOUNT =
  '/subscriptions/00000000-1111-2222-3333-444444444444/resourcegroups/ai/providers/microsoft.cognitiveservices/accounts/prod-ai';
const SETTING = {
  deed: 'silence',
  action: 'microsoft.insights/diagnosticsettings/delete',
  target: `${ACCOUNT}/providers/microsoft.insights/diagnosticsettings/all-logs`,
} as const;
const STOP = { deed: 'silence', action: 'cloudtrail:StopLogging', target: 'org-trail' } as const;

export const auditSilenced = defineRule({
  id: 'audit-silenced',
  family: 'platform',
  title: 'Audit silenced',
  severity: 'critical',
  severities:
    'Medium when the call was refused, or only replaced the logging configuration of model calls; low when such a replacement was refused.',
  kind: 'fact',
  description:
    'Someone switched off, deleted or narrowed what records the use of keys: a trail, its event selectors, the invocation log of the models; in Azure a diagnostic setting, the export of the Activity Log, the workspace that holds the logs. ' +
    'What was done afterwards may be missing from every log, so silence after it is not calm. Calls that failed for another reason than a refusal changed nothing and are left out.',
  remediation:
    'Switch the recording on again, find out who held the credential at that time, and take the stretch without records for the worst. Let only a break-glass role change trails, invocation logs and diagnostic settings. A deleted workspace can be recovered for 14 days.',
  references: [
    'https://attack.mitre.org/techniques/T1562/008/',
    'https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html',
    'https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html',
    'https://learn.microsoft.com/en-us/azure/azure-monitor/platform/diagnostic-settings',
    'https://stratus-red-team.cloud/attack-techniques/AWS/aws.defense-evasion.cloudtrail-stop/',
  ],
  falsePositives: [
    'A trail or log that was replaced by a better one: the new one should be in the logs too.',
    'The clearing away of a test account, or of a resource of Azure, whose diagnostic settings are deleted with it.',
  ],
  needs: ['deeds'],
  facets: { deeds },
  options: {},
  messages: {
    silenced: '{who} called {action}{target}, {time} UTC: {effect}. Whether that was undone is not known.',
    attempted: '{who} tried {action}{target}, {time} UTC, and {were} refused.',
  },
  examples: () => [
    { title: 'a trail is stopped', events: [{ ...STOP, at: -2 * DAY }], expect: ['silenced:critical'] },
    {
      title: 'a trail is deleted',
      events: [{ ...STOP, at: -2 * DAY, action: 'cloudtrail:DeleteTrail' }],
      expect: ['silenced:critical'],
    },
    {
      title: 'a trail is told to leave events out',
      events: [
        {
          ...STOP,
          at: -2 * DAY,
          action: 'cloudtrail:PutEventSelectors',
          target: 'org-trail (drops management events)',
        },
      ],
      expect: ['silenced:critical'],
    },
    {
      title: 'the invocation log of the models is switched off',
      events: [{ at: -DAY, deed: 'silence', action: 'bedrock:DeleteModelInvocationLoggingConfiguration' }],
      expect: ['silenced:critical'],
    },
    {
      title: 'the invocation log of the models is set up anew',
      events: [{ at: -DAY, deed: 'silence', action: 'bedrock:PutModelInvocationLoggingConfiguration' }],
      expect: ['silenced:medium'],
    },
    {
      title: 'the diagnostic setting of an AI resource is deleted',
      events: [{ ...SETTING, at: -DAY }],
      expect: ['silenced:critical'],
    },
    {
      title: 'every log category of a diagnostic setting is switched off',
      events: [
        {
          ...SETTING,
          at: -DAY,
          action: 'microsoft.insights/diagnosticsettings/write',
          target: `${SETTING.target} (every log category off)`,
        },
      ],
      expect: ['silenced:critical'],
    },
    {
      title: 'the workspace that holds the logs is deleted',
      events: [
        {
          at: -DAY,
          deed: 'silence',
          action: 'microsoft.operationalinsights/workspaces/delete',
          target:
            '/subscriptions/00000000-1111-2222-3333-444444444444/resourcegroups/ai/providers/microsoft.operationalinsights/workspaces/logs',
        },
      ],
      expect: ['silenced:critical'],
    },
    {
      title: 'someone tries to delete a diagnostic setting and is refused',
      events: [{ ...SETTING, at: -DAY, outcome: 'denied' }],
      expect: ['attempted:medium'],
    },
    {
      title: 'a diagnostic setting is deleted that was not there',
      events: [{ ...SETTING, at: -DAY, outcome: 'failed' }],
      expect: [],
    },
    {
      title: 'a record is dropped in a way this rule has no words for',
      events: [{ at: -DAY, deed: 'silence', action: 'logs:DeleteLogGroup', target: 'bedrock-calls' }],
      expect: ['silenced:critical'],
    },
    {
      title: 'someone tries to stop a trail and is refused',
      events: [{ ...STOP, at: -2 * DAY, outcome: 'denied' }],
      expect: ['attempted:medium'],
    },
    {
      title: 'someone tries to set up the invocation log anew and is refused',
      events: [
        { at: -DAY, deed: 'silence', action: 'bedrock:PutModelInvocationLoggingConfiguration', outcome: 'denied' },
      ],
      expect: ['attempted:low'],
    },
    {
      title: 'two users stop one trail after a refusal',
      events: [
        { ...STOP, at: -3 * DAY, outcome: 'denied' },
        { ...STOP, at: -2 * DAY },
        { ...STOP, at: -DAY, credential: 'AKIAI44QH8DHBEXAMPLE' },
      ],
      known: [{ id: 'AKIAI44QH8DHBEXAMPLE', owner: 'arn:aws:iam::123456789012:user/ops' }],
      expect: ['silenced:critical'],
    },
    { title: 'a call that failed', events: [{ ...STOP, at: -DAY, outcome: 'failed' }], expect: [] },
    { title: 'everyday use', events: [{ at: -9 * DAY, until: 0 }], expect: [] },
  ],
  *survey(everyone) {
    const acts = [...everyone].flatMap(({ credential, facets }) => actsOf(credential, facets.deeds));
    for (const alike of groupBy(acts, ({ subject }) => JSON.stringify(subject)).values()) {
      const done = alike.filter(({ rows }) => rows[0]!.outcome === 'ok');
      yield done.length > 0 ? saySilenced(done, alike) : sayAttempted(alike);
    }
  },
});

/** What one credential did to one record, or was refused to do: in one way, with one outcome. */
interface Act {
  readonly credential: Credential;
  /** The record that was silenced, whoever did it: a trail may be silenced by several hands. */
  readonly subject: readonly string[];
  readonly rows: readonly DeedRow[];
}

const actsOf = (credential: Credential, tally: Tally): Act[] =>
  (['ok', 'denied'] as const)
    .flatMap(outcome => groupDeeds(deedRows(tally, 'silence', outcome)))
    .map(rows => {
      const { action, target } = rows[0]!;
      const subject = [credential.account || credential.id, target, action].filter(name => name !== '');
      return { credential, subject, rows };
    });

function saySilenced(done: readonly Act[], all: readonly Act[]) {
  const { action } = done[0]!.rows[0]!;
  const { data, ...rest } = told(done, all);
  const effect = EFFECTS.get(action) ?? 'some of what was recorded no longer is';
  const severity = severityOf(action, 'critical', 'medium');
  return { message: 'silenced' as const, data: { ...data, effect }, severity, ...rest };
}

function sayAttempted(acts: readonly Act[]) {
  const { action } = acts[0]!.rows[0]!;
  const { data, ...rest } = told(acts, acts);
  const were = principalsOf(acts).length === 1 ? 'was' : 'were';
  return {
    message: 'attempted' as const,
    data: { ...data, were },
    severity: severityOf(action, 'medium', 'low'),
    ...rest,
  };
}

const severityOf = (action: string, plain: Severity, ambiguous: Severity): Severity =>
  AMBIGUOUS.has(action) ? ambiguous : plain;

const principalsOf = (acts: readonly Act[]): string[] =>
  [...new Set(acts.map(({ credential }) => principalText(credential.owner)))].sort(compareText);

/** As many principals as a sentence names. */
const NAMED = 3;

/** The finding is about the one that acted last, and names all. */
function told(acts: readonly Act[], all: readonly Act[]) {
  const rows = acts.flatMap(act => act.rows);
  const sum = sumDeeds(rows);
  const { action, target } = rows[0]!;
  const last = timeText(sum.last);
  const when = sum.count === 1 ? last : `${oftenText(sum.count)}, last ${last}`;
  const hands = inOrder(all);
  const { id, owner } = inOrder(acts).at(-1)!.credential;
  const ids = new Set(hands.map(({ credential }) => credential.id));
  return {
    data: { who: someText(principalsOf(acts), NAMED), action, target: onText(target), time: when },
    subject: acts[0]!.subject,
    credential: id,
    members: ids.size === 1 ? [] : [...ids].sort(compareText),
    episodes: episodesOf(all.flatMap(act => act.rows)),
    evidence: { ...deedEvidence(sum), action, target, by: id, owner, hands: hands.map(handEvidence) },
  };
}

/** By the time of the last act. */
const inOrder = (acts: readonly Act[]): Act[] =>
  [...acts].sort(
    (a, b) => sumDeeds(a.rows).last - sumDeeds(b.rows).last || compareText(a.credential.id, b.credential.id),
  );

function handEvidence({ credential: { id, owner }, rows }: Act) {
  const { count, first, last, examples } = sumDeeds(rows);
  const when = { first: isoText(first), last: isoText(last) };
  return { by: id, owner, outcome: rows[0]!.outcome, times: count, ...when, examples };
}

/** A resource of Azure in short, with what is told of it in brackets. */
function onText(target: string): string {
  const [, name, note] = /^(.*?)( \([^()]*\))?$/s.exec(target)!;
  return target === '' ? '' : ` on ${resourceText(name!)}${note ?? ''}`;
}
