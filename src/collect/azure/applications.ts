import type { Batch, Completion, Damage } from '../../model/batch.ts';
import type { Census, Credential } from '../../model/credential.ts';
import { isGuid } from '../../normalise/azure-identity.ts';
import { digText } from '../../normalise/dig.ts';
import { readApplication } from '../../normalise/entra-applications.ts';
import { createDamageLog } from '../../scan/damage-log.ts';
import { DAY } from '../../time.ts';
import { countText, dayText } from '../../wording.ts';
import type { OpenSource, Task } from '../collector.ts';
import { checkEntra } from './check.ts';
import { APP_LISTS, type AppList, appKeyViews, GRAPH_ROLE, graphService, listPath } from './graph.ts';
import { openRest, type Rest } from './rest.ts';
import { identify, type SignIn, signInToAzure } from './sign-in.ts';
import { explainAzure } from './trouble.ts';

/** Opens the keys of all apps of the tenant that the credentials lead to. */
export function openApplications(task: Task, signIn: SignIn = signInToAzure): OpenSource {
  let rest: Rest | undefined;
  let tenant = '';
  let self: readonly string[] = [];
  return {
    async *shards() {
      const access = await signIn(task);
      const signed = await identify(access, access.cloud.graph, task);
      for (const warning of access.warnings) task.tell(warning);
      self = signed.principal === '' ? [] : [signed.principal];
      tenant = signed.tenant || namedTenant(task);
      rest = openRest(access, graphService(access), task);
      yield { key: tenant === '' ? 'keys' : `${tenant} keys`, size: 0 };
    },
    read: () => readKeys(rest!, tenant, task),
    self: () => self,
    check: () => checkEntra(task, signIn),
  };
}

/** As the settings name it, which may be by a domain instead of its id. */
function namedTenant({ env }: Task): string {
  const named = (env['AZURE_TENANT_ID'] ?? '').toLowerCase();
  return isGuid(named) ? named : '';
}

/** What is gathered while the lists are read. */
interface Gathering {
  readonly credentials: Credential[];
  readonly faults: Damage[];
  ignored: number;
  managed: number;
}

/** A batch for each page; one list that cannot be read does not touch the other. */
async function* readKeys(rest: Rest, tenant: string, task: Task): AsyncGenerator<Batch, Completion, void> {
  const { until } = task.window;
  const log = createDamageLog();
  const gathering: Gathering = { credentials: [], faults: [], ignored: 0, managed: 0 };
  const listing = { account: tenant, observedAt: until - 1 };
  let pages = 0;
  for (const list of APP_LISTS) {
    const sink = {
      credential: (credential: Credential) => void gathering.credentials.push(credential),
      ignore: () => void gathering.ignored++,
      malformed: (what: string) => log.add(list.title, what),
    };
    try {
      for await (const rows of rest.pages(listPath(list))) {
        pages++;
        for (const row of rows) {
          if (isManaged(row)) gathering.managed++;
          else readApplication(row, listing, sink);
        }
        yield take(gathering, until);
      }
    } catch (error) {
      gathering.faults.push(faultOf(list, error));
    }
    if (task.signal.aborted) break;
  }
  const damage = [...(task.signal.aborted ? [INTERRUPTED] : gathering.faults), ...log.list()];
  const isLate = task.clock.now() - until > DAY;
  const isWhole = damage.length === 0 && tenant !== '' && !isLate;
  yield { ...take(gathering, until), censuses: isWhole ? censusesOf(listing) : [] };
  return {
    complete: damage.length === 0,
    kind: 'Entra ID keys',
    views: pages === 0 ? null : appKeyViews(),
    damage,
    remarks: remarksOf({ tenant, isLate, until, managed: gathering.managed }),
    skipped: false,
  };
}

const INTERRUPTED: Damage = { where: '', what: 'interrupted before the keys were read to their end', count: 1 };

const faultOf = ({ title }: AppList, error: unknown): Damage => ({
  where: title,
  what: explainAzure(error, GRAPH_ROLE).what,
  count: 1,
});

/** The certificate of a managed identity is the platform's own, which nobody holds and which it renews by itself. */
const isManaged = (row: unknown): boolean => /^managedidentity$/i.test(digText(row, 'servicePrincipalType'));

/** What was gathered since the last time, without keys that are younger than what is judged. */
function take(gathering: Gathering, until: number): Batch {
  const credentials = gathering.credentials.splice(0).filter(({ createdAt = 0 }) => createdAt < until);
  const { ignored } = gathering;
  gathering.ignored = 0;
  return { events: [], credentials, ignored, size: 0 };
}

const censusesOf = (listing: Pick<Census, 'account' | 'observedAt'>): Census[] =>
  (['client-secret', 'client-certificate'] as const).map(kind => ({ ...listing, kind }));

interface Remarkable {
  readonly tenant: string;
  readonly isLate: boolean;
  readonly until: number;
  readonly managed: number;
}

function remarksOf({ tenant, isLate, until, managed }: Remarkable): string[] {
  const whose = tenant === '' ? 'the keys of apps' : `the keys of apps in tenant ${tenant}`;
  const identities = countText(managed, 'managed identity', 'managed identities');
  return [
    ...(isLate
      ? [`${whose} are listed as they are now: what was deleted after ${dayText(until - 1)} is not among them`]
      : []),
    ...(tenant === '' ? ['which tenant the keys are of is not known: what was deleted cannot be told'] : []),
    ...(managed > 0 ? [`${identities} left out: the platform holds their certificates and renews them`] : []),
  ];
}
