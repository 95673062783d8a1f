import { deedEvidence, deedRows, deeds, groupDeeds, sumDeeds } from '../facets/deeds.ts';
import { episodesOf } from '../facets/stretch.ts';
import { actorOf, actorText, holderName, principalText } from '../kinds.ts';
import { DAY } from '../time.ts';
import { dayText, listText } from '../wording.ts';
import type { Provider } from '../model/credential.ts';
import { defineRule } from './rule.ts';

const ROLE = 'arn:aws:iam::123456789012:role/app';
const APP = 'app/11111111-2222-3333-4444-555555555555';
const IDENTITY =
  'subscriptions/00000000-1111-2222-3333-444444444444/resourcegroups/ai/providers/microsoft.managedidentity/userassignedidentities/deploy';
const ACCOUNT = 'ci@example.iam.gserviceaccount.com';
const POOL = 'example.svc.id.goog[prod/app]';
const PERSON = { id: 'a@example.com', provider: 'google', kind: 'member', owner: 'a@example.com' } as const;
const TRUST = { at: -DAY, deed: 'trust', action: 'iam:UpdateAssumeRolePolicy' } as const;

export const trustOpened = defineRule({
  id: 'trust-opened',
  family: 'lifetime',
  title: 'New way to obtain credentials',
  severity: 'high',
  kind: 'fact',
  description:
    'Someone made a new way to obtain credentials: a role that trusts another account or anyone at all, an identity provider that is believed, a certificate authority whose certificates are exchanged for sessions; in Entra ID an application or a managed identity that takes the tokens of another issuer for its own (a federated credential), or a domain whose users another provider vouches for; in Google Cloud a provider of workload or workforce identities, or a service account or a project that is open to strangers; at Anthropic and OpenAI an issuer whose tokens are taken, or another single sign-on. ' +
    'Such a way outlives the disabling of every key, which is why intruders leave one behind. Refused attempts are not told here.',
  remediation:
    'See that the account, provider or authority is yours and was meant to be let in. If not, take it out of the trust, then revoke the sessions it was lent. A trust in another account should name a principal and an external id; one in a provider, its audience and subject. In Entra ID, delete the federated credential, or turn the domain back to managed; in Google Cloud, take the binding or the provider away; at a vendor, delete the rule or the issuer. Either way, end the sessions.',
  references: [
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers.html',
    'https://docs.aws.amazon.com/rolesanywhere/latest/userguide/introduction.html',
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html',
    'https://learn.microsoft.com/en-us/entra/workload-id/workload-identity-federation',
    'https://docs.cloud.google.com/iam/docs/workload-identity-federation',
    'https://platform.claude.com/docs/en/manage-claude/workload-identity-federation',
    'https://attack.mitre.org/techniques/T1484/002/',
    'https://stratus-red-team.cloud/attack-techniques/AWS/aws.persistence.iam-backdoor-role/',
  ],
  falsePositives: [
    'Another account of your own organisation, or a vendor you have let in on purpose.',
    'The set-up of single sign-on or of keyless deployment from a build service.',
    'A federated credential of a cluster whose workloads are given identities, made anew with every deployment.',
  ],
  needs: ['deeds'],
  facets: { deeds },
  options: {},
  messages: {
    anyone: '{who} allowed anyone, in any account, to assume {resource} on {day}.',
    provider: '{who} allowed {trustees} to assume {resource}, by the word of an identity provider, on {day}.',
    account: '{who} allowed {trustees} to assume {resource} on {day}.',
    providerAdded: '{who} added or changed the identity provider {resource} on {day}: roles may believe what it says.',
    anchorAdded: '{who} made {resource} a trust anchor on {day}: its certificates can be exchanged for credentials.',
    federated: '{who} allowed tokens of {trustees} to stand for {resource}, without a key of its own, on {day}.',
    domain: '{who} let another identity provider vouch for everyone of {resource} on {day}.',
    keysElsewhere: '{who} made {resource} believe the keys that an identity provider shows at {trustees}, on {day}.',
    opened: '{who} gave everyone there is rights to {resource} on {day}.',
    letIn: '{who} let {trustees} act with rights to {resource}, by the word of an identity provider, on {day}.',
    issuer: '{who} made {vendor} take the tokens of {trustees} for its own, by {resource}, on {day}.',
    signOn: '{who} let an identity provider sign people in to {vendor}, by {resource}, on {day}.',
    changed: '{who} called {action} on {resource} on {day}, which changes who may obtain credentials.',
  },
  examples: () => [
    {
      title: 'a role trusts another account',
      events: [{ ...TRUST, target: `${ROLE} trusts 210987654321` }],
      expect: ['account:high'],
    },
    {
      title: 'a role trusts two accounts and a provider',
      events: [{ ...TRUST, target: `${ROLE} trusts 109876543210, 210987654321, accounts.google.com` }],
      expect: ['account:high'],
    },
    {
      title: 'a role trusts anyone, and an account by name',
      events: [{ ...TRUST, target: `${ROLE} trusts *, 210987654321` }],
      expect: ['anyone:high'],
    },
    {
      title: 'a role trusts the accounts of its organisation',
      events: [{ ...TRUST, target: `${ROLE} trusts accounts of the organisation` }],
      expect: ['account:high'],
    },
    { title: 'a role trusts anyone', events: [{ ...TRUST, target: `${ROLE} trusts *` }], expect: ['anyone:high'] },
    {
      title: 'a role trusts an identity provider',
      events: [
        {
          ...TRUST,
          target: `${ROLE} trusts arn:aws:iam::210987654321:oidc-provider/token.actions.githubusercontent.com`,
        },
      ],
      expect: ['provider:high'],
    },
    {
      title: 'a role trusts a well-known identity provider',
      events: [{ ...TRUST, action: 'iam:CreateRole', target: `${ROLE} trusts accounts.google.com` }],
      expect: ['provider:high'],
    },
    {
      title: 'an identity provider is added',
      events: [
        { ...TRUST, action: 'iam:CreateSAMLProvider', target: 'arn:aws:iam::123456789012:saml-provider/new-sso' },
      ],
      expect: ['providerAdded:high'],
    },
    {
      title: 'a trust anchor is added',
      events: [{ ...TRUST, action: 'rolesanywhere:CreateTrustAnchor', target: 'build-ca' }],
      expect: ['anchorAdded:high'],
    },
    {
      title: 'an application of Entra ID takes the tokens of a build service',
      events: [
        {
          ...TRUST,
          action: 'entra:update application',
          target: `${APP} trusts token.actions.githubusercontent.com (repo:example/app:ref:refs/heads/main)`,
        },
      ],
      expect: ['federated:high'],
    },
    {
      title: 'a managed identity takes the tokens of a cluster',
      events: [
        {
          ...TRUST,
          action: 'microsoft.managedidentity/userassignedidentities/federatedidentitycredentials/write',
          target: `${IDENTITY} trusts oidc.example.com`,
        },
      ],
      expect: ['federated:high'],
    },
    {
      title: 'another provider vouches for a domain',
      events: [{ ...TRUST, action: 'entra:set domain authentication', target: 'domain/example.com' }],
      expect: ['domain:high'],
    },
    {
      title: 'a policy of sign-in methods finds its keys elsewhere',
      events: [
        {
          ...TRUST,
          action: 'entra:authentication methods policy update',
          target: 'policy/default trusts https://oidc.example.com/.well-known/openid-configuration',
        },
      ],
      expect: ['keysElsewhere:high'],
    },
    {
      title: 'federated credentials of an application are changed, and the log does not say how',
      events: [{ ...TRUST, action: 'entra:update application', target: APP }],
      expect: ['changed:high'],
    },
    {
      title: 'everyone is given rights to a service account of Google Cloud',
      credential: PERSON,
      events: [{ ...TRUST, action: 'iam:SetIAMPolicy', target: `${ACCOUNT} trusts *` }],
      expect: ['opened:high'],
    },
    {
      title: 'the workloads of a cluster may act as a service account of Google Cloud',
      credential: PERSON,
      events: [{ ...TRUST, action: 'iam:SetIAMPolicy', target: `${ACCOUNT} trusts ${POOL}` }],
      expect: ['letIn:high'],
    },
    {
      title: 'a project of Google Cloud is opened to an address that anyone may have',
      credential: PERSON,
      events: [
        { ...TRUST, action: 'cloudresourcemanager:SetIamPolicy', target: 'projects/example (open to b@gmail.com)' },
      ],
      expect: ['changed:high'],
    },
    {
      title: 'a provider of workload identities is added in Google Cloud',
      credential: PERSON,
      events: [
        {
          ...TRUST,
          action: 'iam:CreateWorkloadIdentityPoolProvider',
          target:
            'projects/1/locations/global/workloadIdentityPools/ci/providers/git (token.actions.githubusercontent.com)',
        },
      ],
      expect: ['providerAdded:high'],
    },
    {
      title: 'a federation rule is made at Anthropic',
      credential: { ...PERSON, id: 'user_01Example', provider: 'anthropic' },
      events: [{ ...TRUST, action: 'anthropic:platform_federation_rule_created', target: 'fdrl_01Example' }],
      expect: ['issuer:high'],
    },
    {
      title: 'OpenAI takes the tokens of a build service',
      credential: { ...PERSON, id: 'user-Example', provider: 'openai' },
      events: [
        {
          ...TRUST,
          action: 'openai:workload_identity_provider.created',
          target: 'wip_example trusts https://token.actions.githubusercontent.com',
        },
      ],
      expect: ['issuer:high'],
    },
    {
      title: 'an OpenAI organisation is given a single sign-on',
      credential: { ...PERSON, id: 'user-Example', provider: 'openai' },
      events: [{ ...TRUST, action: 'openai:tenant.sso_connection.created', target: 'conn_example' }],
      expect: ['signOn:high'],
    },
    {
      title: 'a federated credential whose making was refused',
      events: [{ ...TRUST, action: 'entra:update application', target: `${APP} trusts a.example`, outcome: 'denied' }],
      expect: [],
    },
    {
      title: 'a trust is changed, and the log does not say how',
      events: [{ ...TRUST, target: ROLE }],
      expect: ['changed:high'],
    },
    { title: 'a trust of something the log does not name', events: [{ ...TRUST }], expect: ['changed:high'] },
    {
      title: 'a change that was refused',
      events: [{ ...TRUST, target: `${ROLE} trusts 210987654321`, outcome: 'denied' }],
      expect: [],
    },
    { title: 'everyday use', events: [{ at: -9 * DAY, until: 0 }], expect: [] },
  ],
  *judge({ credential, facets }, { subjectOf }) {
    const who = actorText(credential, subjectOf);
    const vendor = VENDORS[credential.provider];
    for (const rows of groupDeeds(deedRows(facets.deeds, 'trust'))) {
      const { action, target } = rows[0]!;
      const sum = sumDeeds(rows);
      const [name, trustees] = partsOf(target);
      const told = { who, resource: resourceText(name), day: dayText(sum.last) };
      const rest = {
        subject: target === '' ? [credential.id, action] : [target],
        episodes: episodesOf(rows),
        evidence: {
          ...deedEvidence(sum),
          action,
          resource: name,
          trustees,
          by: credential.id,
          ...(vendor !== undefined && { vendor }),
          ...holderName(actorOf(credential), subjectOf),
        },
      };
      if (vendor !== undefined && SINGLE_SIGN_ON.test(action))
        yield { message: 'signOn', data: { ...told, vendor }, ...rest };
      else if (vendor !== undefined && FEDERATION.test(action))
        yield { message: 'issuer', data: { ...told, vendor, trustees: issuersText(trustees) }, ...rest };
      else if (credential.provider === 'google' && trustees.includes('*'))
        yield { message: 'opened', data: told, ...rest };
      else if (credential.provider === 'google' && trustees.length > 0)
        yield { message: 'letIn', data: { ...told, trustees: listText(trustees) }, ...rest };
      else if (name.startsWith('policy/') && trustees.length > 0)
        yield { message: 'keysElsewhere', data: { ...told, trustees: listText(trustees) }, ...rest };
      else if (OF_ENTRA.test(name) && trustees.length > 0)
        yield { message: 'federated', data: { ...told, trustees: listText(trustees.map(issuerText)) }, ...rest };
      else if (name.startsWith('domain/')) yield { message: 'domain', data: told, ...rest };
      else if (trustees.includes('*')) yield { message: 'anyone', data: told, ...rest };
      else if (trustees.some(isOfAccounts))
        yield { message: 'account', data: { ...told, trustees: textOf(trustees) }, ...rest };
      else if (trustees.length > 0)
        yield { message: 'provider', data: { ...told, trustees: textOf(trustees) }, ...rest };
      else if (/TrustAnchor$/.test(action)) yield { message: 'anchorAdded', data: told, ...rest };
      else if (/Provider$/.test(action)) yield { message: 'providerAdded', data: told, ...rest };
      else yield { message: 'changed', data: { ...told, action }, ...rest };
    }
  },
});

/** Vendors that people and programs are let in to as a whole. */
const VENDORS: Partial<Record<Provider, string>> = { anthropic: 'Anthropic', openai: 'OpenAI' };

const SINGLE_SIGN_ON = /sso_connection|directory_sync/;
const FEDERATION = /federation_(?:rule|issuer)|workload_identity|entra_mapping/;

const issuersText = (trustees: readonly string[]): string =>
  trustees.length === 0 ? 'another issuer' : listText(trustees.map(issuerText));

const LINK = ' trusts ';

/** Applications and managed identities. */
const OF_ENTRA = /^(?:app\/|\/?subscriptions\/)/;

/** What may be obtained, and who may now obtain it; nobody when the log does not say. */
function partsOf(target: string): readonly [resource: string, trustees: readonly string[]] {
  const cut = target.indexOf(LINK);
  return cut < 0 ? [target, []] : [target.slice(0, cut), target.slice(cut + LINK.length).split(', ')];
}

const isAccount = (trustee: string): boolean => /^\d{12}$/.test(trustee);

/** What the log of a trust that is narrowed to an organisation names. */
const ORGANISATION = 'accounts of the organisation';

const isOfAccounts = (trustee: string): boolean => isAccount(trustee) || trustee === ORGANISATION;

const textOf = (trustees: readonly string[]): string => trustees.map(trusteeText).join(', ');

function trusteeText(name: string): string {
  if (name === ORGANISATION) return name;
  return isAccount(name) ? `account ${name}` : `identities of ${providerText(name)}`;
}

/** An issuer, and in brackets for whom it speaks. */
const issuerText = (trustee: string): string => trustee.replace(/^(\S+) \((.*)\)$/s, '$1 for $2');

/** The name in the ARN of an identity provider; what is no such ARN is a name already. */
const providerText = (provider: string): string => /:(?:saml|oidc)-provider\/(.+)$/.exec(provider)?.[1] ?? provider;

const resourceText = (name: string): string =>
  name === '' ? 'an unnamed resource' : providerText(principalText(name.replace(/^domain\//, 'domain ')));
