import type { Coverage } from '../../model/coverage.ts';
import type { Report } from '../../model/report.ts';
import { missingLines, remarkTexts } from '../digest/note-lines.ts';
import { tameName } from '../digest/tame.ts';
import { plain } from '../plain.ts';
import { messageText } from './message.ts';

const MOST_NOTES = 1000;

type Level = 'error' | 'warning' | 'note';

/** What a notification can be about. */
type About = 'incomplete' | 'blind' | 'partial' | 'remark' | 'count';

/** One thing that the run has to say of itself. */
export const notificationOf = (about: About, level: Level, text: string) => ({
  descriptor: { id: about },
  level,
  message: { text: messageText(text) },
});

/** What was not read, what no rule could see, and what is worth knowing. */
export function notificationsOf(report: Report) {
  return [
    ...missingLines(report, MOST_NOTES).map(text => notificationOf('incomplete', 'error', text)),
    ...gapsIn(report, 'blind').map(gap => notificationOf('blind', 'warning', gapText(gap))),
    ...gapsIn(report, 'partial').map(gap => notificationOf('partial', 'note', gapText(gap))),
    ...remarkTexts(report).map(text => notificationOf('remark', 'note', text)),
  ];
}

const gapsIn = ({ coverage }: Report, state: Coverage['state']) => coverage.filter(gap => gap.state === state);

function gapText({ rule, source, state, reason }: Coverage): string {
  const sees = state === 'blind' ? 'is blind' : 'sees only part';
  return `${tameName(rule)} ${sees} in ${tameName(source)}: ${plain(reason) || 'no reason was given'}`;
}
