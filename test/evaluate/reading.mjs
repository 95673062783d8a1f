import { readBytes } from '../../dist/collect/intake/read-bytes.js';
import { betterViews } from '../../dist/coverage.js';
import { formats, notAuditLogs } from '../../dist/normalise/formats.js';
import { inflate } from '../../dist/scan/inflate.js';

/** @import { Simulation } from '../simulate/simulate.mjs' */
/** @import { LogFile } from '../simulate/stage.mjs' */

/**
 * A collector of simulated logs: the files are read as if from disk, but neither packed nor written. What keyward does
 * not read yet is left out. `onEvents` hears of every event once it is read.
 *
 * @param {Simulation} simulation
 * @param {(events: readonly import('../../src/model/event.ts').AuditEvent[]) => void} onEvents
 * @returns {import('../../src/collect/collector.ts').Collector}
 */
export const simulated = (simulation, onEvents) => ({
  id: 'simulated',
  title: 'Simulated logs',
  description: '',
  forms: [],
  needs: [],
  unit: 'day',
  accepts: () => true,
  open: (_, { signal }) => ({
    async *shards() {
      for (let day = 0; day < simulation.calendar.days; day++) yield { key: `day ${day}`, size: 1 };
    },
    async *read({ key }) {
      const ends = [];
      for (const file of simulation.filesOf(Number(key.slice(4)))) {
        ends.push(yield* tapped(readFile(file, signal), onEvents));
      }
      return ends.reduce(together);
    },
  }),
});

/** @param {LogFile} file @param {AbortSignal} signal */
function readFile({ text }, signal) {
  const source = (async function* () {
    yield Buffer.from(text);
  })();
  return readBytes(inflate(source, { signal }), true, { formats, others: notAuditLogs });
}

async function* tapped(reading, onEvents) {
  for (let step = await reading.next(); ; step = await reading.next()) {
    if (step.done) return step.value;
    onEvents(step.value.events);
    yield step.value;
  }
}

const together = (a, b) => ({
  complete: a.complete && b.complete,
  kind: a.kind === b.kind ? a.kind : [...new Set([...a.kind.split(' + '), ...b.kind.split(' + ')])].sort().join(' + '),
  views: betterViews(a.views, b.views),
  damage: [...a.damage, ...b.damage],
  skipped: a.skipped && b.skipped,
});
