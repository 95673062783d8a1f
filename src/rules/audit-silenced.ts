import { type DeedRow, deedEvidence, deedRows, deeds, groupDeeds, sumDeeds } from '../facets/deeds.ts';
import { episodesOf } from '../facets/stretch.ts';
import { actorText, type Look, resourceText } from '../kinds.ts';
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
  ['logging:DeleteSink', 'its entries go nowhere by this sink from then on'],
  ['logging:UpdateSink', 'which entries the sink takes, or where to, was changed'],
  ['logging:DeleteBucket', 'the bucket that held the logs is gone'],
  ['logging:UpdateBucket', 'the bucket keeps logs for less long than usual'],
  ['logging:DeleteLog', 'the entries of the log are gone'],
  ['logging:CreateExclusion', 'entries that the exclusion matches are no longer kept'],
  ['logging:UpdateExclusion', 'entries that the exclusion matches are no longer kept'],
  ['logging:UpdateSettings', 'what is made from then on has no default sink'],
  ['serviceusage:DisableService', 'nothing is logged from then on'],
  ['cloudresourcemanager:SetIamPolicy', 'less data access is logged'],
  ['aiplatform:SetPublisherModelConfig', 'model calls are no longer logged'],
  ['anthropic:org_compliance_api_settings_updated', 'the activity feed records nothing from then on'],
  ['anthropic:org_ip_restriction_deleted', 'addresses that were shut out are let in'],
  ['anthropic:org_sso_toggled', 'people sign in without the identity provider of the organisation'],
  ['anthropic:org_sso_connection_deactivated', 'people sign in without the identity provider of the organisation'],
  ['anthropic:org_sso_connection_deleted', 'people sign in without the identity provider of the organisation'],
  ['anthropic:org_magic_link_second_factor_toggled', 'sign-ins by e-mail need no second factor'],
  ['anthropic:org_directory_sync_deleted', 'people who leave keep their access until someone ends it'],
  ['anthropic:inference_hooks_config_deleted', 'model calls are no longer checked on their way'],
  ['anthropic:platform_spend_limit_deleted', 'spending has this limit no more'],
  ['anthropic:workspace_spend_limit_deleted', 'the workspace spends without this limit'],
  ['anthropic:workspace_member_spend_limit_deleted', 'the member spends without this limit'],
  ['anthropic:platform_workspace_rate_limit_deleted', 'the workspace has this rate limit no more'],
  ['openai:organization.updated', 'calls of the API are no longer logged'],
  ['openai:ip_allowlist.deleted', 'addresses that were shut out are let in'],
  ['openai:ip_allowlist.config.deactivated', 'addresses that were shut out are let in'],
  ['openai:ip_allowlist.updated', 'every address is let in'],
  ['openai:tenant.sso_connection.deleted', 'people sign in without the identity provider of the organisation'],
  ['openai:scim.disabled', 'people who leave keep their access until someone ends it'],
  ['openai:rate_limit.deleted', 'the project has this rate limit no more'],
  ['openai:tenant.policy.deleted', 'the policy holds nobody back any more'],
  ['openai:tenant.policy.detached', 'the policy holds nobody back any more'],
  ['openai:tenant.session_policy.deleted', 'sessions are no longer bound by this policy'],
]);

/** What is a set-up as often as a silencing. */
const AMBIGUOUS: ReadonlySet<string> = new Set([
  'bedrock:PutModelInvocationLoggingConfiguration',
  'logging:UpdateSink',
]);

/** What bounds how much is used, and hides nothing. */
const LIMIT = /_(?:spend|rate)_limit_deleted$|:rate_limit\.deleted$/;

/** What keeps strangers out, and hides nothing either. */
const DOOR =
  /^anthropic:(?:org_(?:ip_restriction|sso|magic_link|directory_sync)_|inference_hooks_)|^openai:(?:ip_allowlist\.|scim\.|tenant\.(?:sso_connection|policy|session_policy)\.)/;

const ACCOUNT =
  '/subscriptions/00000000-1111-2222-3333-444444444444/resourcegroups/ai/providers/microsoft.cognitiveservices/accounts/prod-ai';
const SETTING = {
  deed: 'silence',
  action: 'microsoft.insights/diagnosticsettings/delete',
  target: `${ACCOUNT}/providers/microsoft.insights/diagnosticsettings/all-logs`,
} as const;
const ENGINEER = {
  id: 'a@example.com',
  provider: 'google',
  kind: 'member',
  owner: 'a@example.com',
  account: 'example',
} as const;
const STOP = { deed: 'silence', action: 'cloudtrail:StopLogging', target: 'org-trail' } as const;

export const auditSilenced = defineRule({
  id: 'audit-silenced',
  family: 'platform',
  title: 'Audit silenced',
  severity: 'critical',
  severities:
    'High for what keeps strangers out of a vendor’s organisation, medium for a limit of spending or rate. Medium when the call was refused, or only replaced the logging configuration of model calls or changed a sink; low when such a change, or that of a limit, was refused.',
  kind: 'fact',
  description:
    'Someone switched off, deleted or narrowed what records the use of keys: a trail, its event selectors, the invocation log of the models; in Azure a diagnostic setting, the export of the Activity Log, the workspace that holds the logs; in Google Cloud a sink, a bucket of logs or the logging of data access; the activity feed of Anthropic or the logging of calls at OpenAI. With these come the guards of a vendor’s organisation: address allow-lists, single sign-on, spend and rate limits. ' +
    'What was done afterwards may be missing from every log, so silence after it is not calm. Calls that failed for another reason than a refusal changed nothing and are left out.',
  remediation:
    'Switch the recording on again, find out who held the credential at that time, and take the stretch without records for the worst. Let only a break-glass role change trails, invocation logs, sinks and diagnostic settings. A deleted workspace of Azure can be recovered for 14 days, a deleted bucket of Google Cloud for seven.',
  references: [
    'https://attack.mitre.org/techniques/T1562/008/',
    'https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html',
    'https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html',
    'https://learn.microsoft.com/en-us/azure/azure-monitor/platform/diagnostic-settings',
    'https://docs.cloud.google.com/logging/docs/audit/configure-data-access',
    'https://platform.claude.com/docs/en/manage-claude/compliance-activity-feed',
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
    {
      title: 'a sink of Google Cloud is deleted',
      credential: ENGINEER,
      events: [{ at: -DAY, deed: 'silence', action: 'logging:DeleteSink', target: 'projects/example/sinks/audit' }],
      expect: ['silenced:critical'],
    },
    {
      title: 'a sink of Google Cloud is changed',
      credential: ENGINEER,
      events: [{ at: -DAY, deed: 'silence', action: 'logging:UpdateSink', target: 'projects/example/sinks/audit' }],
      expect: ['silenced:medium'],
    },
    {
      title: 'the activity feed of an Anthropic organisation is switched off',
      credential: { ...ENGINEER, id: 'user_01Example', provider: 'anthropic', account: 'org' },
      events: [{ at: -DAY, deed: 'silence', action: 'anthropic:org_compliance_api_settings_updated' }],
      expect: ['silenced:critical'],
    },
    {
      title: 'the address allow-list of an OpenAI organisation is deleted by an admin key',
      credential: {
        ...ENGINEER,
        id: 'key_example',
        provider: 'openai',
        account: 'openai',
        kind: 'admin-key',
        owner: '',
      },
      events: [{ at: -DAY, deed: 'silence', action: 'openai:ip_allowlist.deleted', target: 'ipl_example' }],
      expect: ['silenced:high'],
    },
    {
      title: 'a spend limit of a workspace is deleted',
      credential: { ...ENGINEER, id: 'user_01Example', provider: 'anthropic', account: 'org' },
      events: [{ at: -DAY, deed: 'silence', action: 'anthropic:workspace_spend_limit_deleted', target: 'wrkspc_01' }],
      expect: ['silenced:medium'],
    },
    { title: 'a call that failed', events: [{ ...STOP, at: -DAY, outcome: 'failed' }], expect: [] },
    { title: 'everyday use', events: [{ at: -9 * DAY, until: 0 }], expect: [] },
  ],
  *survey(everyone, { subjectOf: look }) {
    const acts = [...everyone].flatMap(({ credential, facets }) => actsOf(credential, facets.deeds));
    for (const alike of groupBy(acts, ({ subject }) => JSON.stringify(subject)).values()) {
      const done = alike.filter(({ rows }) => rows[0]!.outcome === 'ok');
      yield done.length > 0 ? saySilenced(done, alike, look) : sayAttempted(alike, look);
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

function saySilenced(done: readonly Act[], all: readonly Act[], look: Look) {
  const { action } = done[0]!.rows[0]!;
  const { data, ...rest } = told(done, all, look);
  const effect = EFFECTS.get(action) ?? 'some of what was recorded no longer is';
  const severity = severityOf(action, DONE);
  return { message: 'silenced' as const, data: { ...data, effect }, severity, ...rest };
}

function sayAttempted(acts: readonly Act[], look: Look) {
  const { action } = acts[0]!.rows[0]!;
  const { data, ...rest } = told(acts, acts, look);
  const were = principalsOf(acts, look).length === 1 ? 'was' : 'were';
  return {
    message: 'attempted' as const,
    data: { ...data, were },
    severity: severityOf(action, REFUSED),
    ...rest,
  };
}

/** How grave it is to change what records, what guards and what bounds, or what may have been a set-up. */
interface Scale {
  readonly record: Severity;
  readonly door: Severity;
  readonly other: Severity;
}

const DONE: Scale = { record: 'critical', door: 'high', other: 'medium' };
const REFUSED: Scale = { record: 'medium', door: 'medium', other: 'low' };

function severityOf(action: string, { record, door, other }: Scale): Severity {
  if (AMBIGUOUS.has(action) || LIMIT.test(action)) return other;
  return DOOR.test(action) ? door : record;
}

const principalsOf = (acts: readonly Act[], look: Look): string[] =>
  [...new Set(acts.map(({ credential }) => actorText(credential, look)))].sort(compareText);

/** As many principals as a sentence names. */
const NAMED = 3;

/** The finding is about the one that acted last, and names all. */
function told(acts: readonly Act[], all: readonly Act[], look: Look) {
  const rows = acts.flatMap(act => act.rows);
  const sum = sumDeeds(rows);
  const { action, target } = rows[0]!;
  const last = timeText(sum.last);
  const when = sum.count === 1 ? last : `${oftenText(sum.count)}, last ${last}`;
  const hands = inOrder(all);
  const { id, owner } = inOrder(acts).at(-1)!.credential;
  const ids = new Set(hands.map(({ credential }) => credential.id));
  return {
    data: { who: someText(principalsOf(acts, look), NAMED), action, target: onText(target), time: when },
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
