import { NOW } from '../simulate/time.mjs';
import { anthropicFiles, ORGANISATION, tellAnthropic } from './company/anthropic.mjs';
import { ACCOUNT, tellAws } from './company/aws.mjs';
import { Book, NETWORKS } from './company/book.mjs';
import { tellGateway } from './company/gateway.mjs';
import { litellmFiles, tellLitellm } from './company/litellm.mjs';
import { Random } from './random.mjs';

/**
 * Something planted, and what the register must say of it.
 *
 * @typedef {object} Label
 * @property {string} id
 * @property {string} says
 * @property {readonly string[]} keys
 * @property {Partial<import('./company/book.mjs').Truth>} live What the APIs tell of them beyond what was saved.
 */

const PERSON = 'dev-01@example.com';

/** A company's month up to 20 November 2026: its keys at AWS, at Anthropic and of a proxy, as these tell of them. @param {string} seed */
export function makeCompany(seed) {
  const random = new Random(`keyward company ${seed}`);
  const book = new Book();
  const aws = tellAws(random.fork('aws'), book);
  const organisation = tellAnthropic(random.fork('anthropic'), book);
  const proxy = tellLitellm(random.fork('litellm'), book);
  const gateway = tellGateway(random.fork('gateway'), book, organisation);
  const rows = book.rows(NOW);
  const persons = rows.filter(({ holder }) => holder === PERSON).map(({ id }) => id);
  book.label('one-person', 'one person holds a key of each', persons);
  const held = { anthropic: organisation.held(), litellm: proxy.held() };
  const anthropic = anthropicFiles(held.anthropic);
  const below = (
    /** @type {string} */ folder,
    /** @type {readonly import('../simulate/stage.mjs').LogFile[]} */ files,
  ) => files.map(({ path, text }) => ({ path: `${folder}/${path}`, text }));
  return {
    ...{ now: NOW, account: ACCOUNT, organisation: ORGANISATION, networks: NETWORKS, rows, labels: book.labels, held },
    files: {
      aws: below('aws', aws),
      anthropic: below('anthropic', [...anthropic.lists, ...anthropic.analytics, ...anthropic.feed]),
      /** The same usage as the older report tells it, which counts no calls. */
      report: below('report', anthropic.report),
      litellm: below('litellm', litellmFiles(held.litellm)),
      gateway: below('gateway', gateway),
    },
  };
}
