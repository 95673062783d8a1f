import type { Batch, Completion, Damage } from '../../model/batch.ts';
import type { Views } from '../../model/coverage.ts';
import type { CredentialKind, Credential } from '../../model/credential.ts';
import { digText } from '../../normalise/dig.ts';
import { keyListViews } from '../../normalise/key-list.ts';
import {
  isOrphan,
  MEMBERS_ALONE,
  NO_ADMIN_KEYS,
  NO_PROJECT_KEYS,
  type OpenaiListing,
  openaiListing,
  readListed,
} from '../../normalise/openai-listing.ts';
import { OPENAI } from '../../normalise/openai-records.ts';
import { readId } from '../../normalise/vendor-fields.ts';
import { createDamageLog, type DamageLog } from '../../scan/damage-log.ts';
import { countText, someText } from '../../wording.ts';
import type { Task } from '../collector.ts';
import { bornBefore, interrupted, isLate, lateText } from '../service/listing.ts';
import type { Trouble } from '../service/trouble.ts';
import type { List, Reader } from './client.ts';
import { adminKeys, members, projectKeys, projectMembers, projects, serviceAccounts } from './lists.ts';
import { explainOpenai } from './trouble.ts';

type Reading = AsyncGenerator<Batch, Completion, void>;

/** What is gathered while lists are read. */
interface Gathering {
  readonly task: Task;
  readonly log: DamageLog;
  readonly faults: Damage[];
  readonly credentials: Credential[];
  readonly orphans: Set<string>;
  ignored: number;
  pages: number;
}

const gather = (task: Task): Gathering => ({
  task,
  log: createDamageLog(),
  faults: [],
  credentials: [],
  orphans: new Set(),
  ignored: 0,
  pages: 0,
});

/** Reads the admin keys. */
export const readAdminKeys = (reader: Reader, task: Task): Reading =>
  readOne(reader, task, { list: adminKeys, kind: 'admin-key', views: keyListViews([NO_PROJECT_KEYS]) });

/** Reads the members of the organisation. */
export const readMembers = (reader: Reader, task: Task): Reading =>
  readOne(reader, task, { list: members, kind: 'member', views: MEMBERS_VIEWS });

const MEMBERS_VIEWS: Views = { ...keyListViews([]), inventory: MEMBERS_ALONE };

interface Inventory {
  readonly list: List;
  readonly kind: CredentialKind;
  readonly views: Views;
}

async function* readOne(reader: Reader, task: Task, { list, kind, views }: Inventory): Reading {
  const gathering = gather(task);
  yield* readList(reader, list, NO_PROJECT, gathering);
  const { batch, completion } = conclude(gathering, [kind], gathering.pages === 0 ? null : views);
  yield batch;
  return completion;
}

const NO_PROJECT: Project = { id: '', isArchived: false };

/** Reads the keys, the service accounts and the members of each project; one list that fails leaves the others. */
export async function* readProjects(reader: Reader, task: Task): Reading {
  const gathering = gather(task);
  const found = await findProjects(reader, gathering);
  yield take(gathering);
  let isSeen = found.length === 0 && gathering.faults.length === 0;
  for (const { make, project } of found.flatMap(each => PARTS.map(make => ({ make, project: each })))) {
    const trouble = yield* readList(reader, make(project.id), project, gathering);
    if (make === projectKeys && trouble === null) isSeen = true;
    if (trouble !== null && isOfAll(trouble)) break;
  }
  const { batch, completion } = conclude(gathering, ['api-key', 'service-account'], isSeen ? PROJECT_VIEWS : null);
  yield batch;
  return completion;
}

const PARTS = [projectKeys, serviceAccounts, projectMembers];

const PROJECT_VIEWS = keyListViews([NO_ADMIN_KEYS]);

/** What ails one list ails all: they are not asked for, one after another, with the same patience. */
const isOfAll = ({ kind }: Trouble): boolean => ['credentials', 'network', 'throttled'].includes(kind);

interface Project {
  readonly id: string;
  /** Nothing of it can be used, and the service need not list it. */
  readonly isArchived: boolean;
}

async function findProjects(reader: Reader, gathering: Gathering): Promise<readonly Project[]> {
  const found = new Map<string, Project>();
  try {
    for await (const rows of reader.pages(projects)) {
      for (const row of rows) {
        const id = readId(digText(row, 'id'));
        if (id === '') gathering.log.add(projects.title, 'a project of OpenAI without an id');
        else found.set(id, { id, isArchived: isArchived(row) });
        gathering.ignored++;
      }
    }
  } catch (error) {
    gathering.faults.push(faultOf(projects, explainOpenai(error, projects.title)));
  }
  return [...found.values()];
}

const isArchived = (row: unknown): boolean =>
  digText(row, 'status') === 'archived' || Number(digText(row, 'archived_at')) > 0;

/** A batch for each page; gives back why it ended early, if it did. */
async function* readList(
  reader: Reader,
  list: List,
  { id, isArchived: isShut }: Project,
  gathering: Gathering,
): AsyncGenerator<Batch, Trouble | null, void> {
  const { task, log, credentials, orphans } = gathering;
  const listing: OpenaiListing = { observedAt: task.window.until - 1, project: id, isArchived: isShut };
  const sink = {
    credential: (credential: Credential) => void credentials.push(credential),
    ignore: () => void gathering.ignored++,
    malformed: (what: string) => log.add(list.title, what),
  };
  try {
    for await (const rows of reader.pages(list)) {
      gathering.pages++;
      for (const row of rows) {
        readListed(row, listing, sink);
        if (isOrphan(row)) orphans.add(`${readId(digText(row, 'id'))} of ${id}`);
      }
      yield take(gathering);
    }
    return null;
  } catch (error) {
    const trouble = explainOpenai(error, list.title);
    if (isShut && trouble.kind === 'missing') return null;
    gathering.faults.push(faultOf(list, trouble));
    return trouble;
  }
}

const faultOf = ({ title }: List, { what }: Trouble): Damage => ({ where: title, what, count: 1 });

/** What was gathered since the last time, without what is younger than what is judged. */
function take(gathering: Gathering): Batch {
  const { until } = gathering.task.window;
  const credentials = bornBefore(gathering.credentials.splice(0), until);
  const { ignored } = gathering;
  gathering.ignored = 0;
  return { events: [], credentials, ignored, size: 0 };
}

interface Ending {
  readonly batch: Batch;
  readonly completion: Completion;
}

/** Only what was listed whole, and of late, tells what is gone. */
function conclude(gathering: Gathering, kinds: readonly CredentialKind[], views: Views | null): Ending {
  const { task, log, faults } = gathering;
  const { until } = task.window;
  const damage = [...(task.signal.aborted ? [interrupted('the lists')] : faults), ...log.list()];
  const isWhole = damage.length === 0 && !isLate(task);
  const censuses = isWhole ? kinds.map(kind => ({ account: OPENAI, kind, observedAt: until - 1 })) : [];
  const completion = {
    complete: damage.length === 0,
    kind: openaiListing.id,
    views,
    damage,
    remarks: remarksOf(gathering),
    skipped: false,
  };
  return { batch: { ...take(gathering), censuses }, completion };
}

const SHOWN = 5;

function remarksOf({ orphans, task }: Gathering): string[] {
  const orphaned = [...orphans].sort();
  const count = `${countText(orphaned.length, 'key')} (${someText(orphaned, SHOWN)})`;
  return [
    ...(orphaned.length > 0 ? [`held by someone without access to its project: ${count}`] : []),
    ...(isLate(task) ? [lateText('the keys and members at OpenAI', task.window.until)] : []),
  ];
}
