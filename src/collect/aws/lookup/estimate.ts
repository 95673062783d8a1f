import { HOUR, MINUTE, SECOND } from '../../../time.ts';
import { countText, withSeparators } from '../../../wording.ts';
import { REQUEST_GAP } from './client.ts';

/** How far the pulling of one Region has come since this run began. */
interface Pace {
  /** Pages of the query that is being pulled. */
  readonly pages: number;
  /** How much they cover of what this run has to read of its stretch, from 0 to 1. */
  readonly covered: number;
  /** Queries still to come, as far as they are known. */
  readonly waiting: number;
}

/** Watches how several Regions are pulled, and says once how long it will take if that is long. */
export interface Estimate {
  begin(name: string): void;
  page(name: string, pace: Pace): void;
  end(name: string): void;
}

/** So many pages are enough to judge by: fewer may all be of one busy hour. */
const ENOUGH = 20;

/** So many of one Region, that the others are waited for no longer: these took twenty seconds. */
const PLENTY = 40;

const LONG = MINUTE;

/** How long the rest of a Region takes: at the pace so far, and at least a page for every query to come. */
export function timeLeft({ pages, covered, waiting }: Pace): number {
  const rest = pages < ENOUGH || covered === 0 ? 0 : (pages * (1 - covered)) / covered;
  return (rest + waiting) * REQUEST_GAP;
}

/**
 * An estimate over Regions that are begun in this order, so many of them side by side. It is told when all of those were
 * heard; a Region that is refused again and again does not keep it back for long.
 */
export function createEstimate(names: readonly string[], lanes: number, tell: (text: string) => void): Estimate {
  const unheard = new Map<string, number>();
  const left = new Map<string, number>();
  // What comes before one that was begun was begun too, or was read to its end by an earlier run.
  let unbegun = names.length;
  let told = false;
  const judge = (pages: number): void => {
    if (told || (unheard.size > 0 && pages < PLENTY)) return;
    const [name, longest] = [...left].reduce((a, b) => (b[1] > a[1] ? b : a), ['', 0]);
    const rest = left.size === 0 ? 0 : (unbegun * [...left.values()].reduce((a, b) => a + b)) / left.size;
    // The Regions that still wait for a lane take as long as those that have one, as far as anyone knows.
    const [whole, what] =
      rest === 0 ? [longest, name] : [longest + rest / lanes, countText(left.size + unbegun, 'Region')];
    if (whole <= LONG) return;
    told = true;
    tell(estimateText(what, whole));
  };
  return {
    begin(name) {
      unbegun = Math.min(unbegun, names.length - 1 - names.indexOf(name));
      unheard.set(name, 0);
    },
    page(name, pace) {
      left.set(name, timeLeft(pace));
      const heard = (unheard.get(name) ?? ENOUGH) + 1;
      if (heard < ENOUGH) unheard.set(name, heard);
      else unheard.delete(name);
      judge(pace.pages);
    },
    end(name) {
      unheard.delete(name);
      left.delete(name);
      judge(0);
    },
  };
}

/** What is said of a long pull. */
export const estimateText = (name: string, milliseconds: number): string =>
  `≈ ${spanText(milliseconds)} at 2 requests/s for ${name} if older days are as busy; s3:// of a trail is faster, ` +
  '--since and --lookback 0 make it shorter, --checkpoint FILE lets it go on after an interruption';

function spanText(milliseconds: number): string {
  if (milliseconds < 100 * SECOND) return `${Math.round(milliseconds / SECOND)} s`;
  if (milliseconds < 100 * MINUTE) return `${Math.round(milliseconds / MINUTE)} min`;
  return `${withSeparators(milliseconds / HOUR)} h`;
}
