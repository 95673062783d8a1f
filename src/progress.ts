import type { Progress } from './reading.ts';
import { HOUR, MINUTE, SECOND } from './time.ts';
import { countText, withSeparators } from './wording.ts';

/** The line that says how far a run has come, in at most `width` columns; what matters less gives way first. */
export function progressLine(progress: Progress, elapsed: number, width: number): string {
  const { shards, shardsTotal, unit, done, total, events, eventsBefore } = progress;
  const share = total > 0 ? Math.min(1, done / total) : null;
  const parts = [
    shardsTotal > 1 ? `${withSeparators(shards)} of ${countText(shardsTotal, unit)}` : 'reading',
    share === null ? '' : `${Math.floor(share * 100)} %`,
    share === null ? '' : timeLeft(progress, elapsed),
    countText(events, 'event'),
    elapsed > 0
      ? `${withSeparators(roundedRate((Math.max(0, events - eventsBefore) * SECOND) / elapsed))} events/s`
      : '',
  ].filter(part => part !== '');
  while (parts.length > 1 && parts.join(' · ').length > width) parts.pop();
  return parts.join(' · ').slice(0, width);
}

/** A length of time in one unit: 8 s, 12 min, 3 h. */
export function formatSpan(milliseconds: number): string {
  if (milliseconds < 90 * SECOND) return `${Math.max(1, Math.round(milliseconds / SECOND))} s`;
  if (milliseconds < 90 * MINUTE) return `${Math.round(milliseconds / MINUTE)} min`;
  return `${withSeparators(Math.round(milliseconds / HOUR))} h`;
}

/** Said once a hundredth of what this run has to read is done; before that it would be a guess. */
function timeLeft({ done, total, doneBefore }: Progress, elapsed: number): string {
  const share = Math.min(1, (done - doneBefore) / (total - doneBefore));
  return elapsed === 0 || !(share >= 0.01) || share === 1 ? '' : `${formatSpan((elapsed * (1 - share)) / share)} left`;
}

/** Two significant digits, so that the line does not flicker. */
function roundedRate(rate: number): number {
  const scale = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, rate))) - 1);
  return Math.round(rate / scale) * scale;
}
