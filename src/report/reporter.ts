import type { Report } from '../model/report.ts';

/** How the text may look. */
export interface Style {
  readonly width: number;
  readonly color: boolean;
}

/** Turns a report into text: pure, no clock, no stream. */
export interface Reporter {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** What a file of it is usually called. */
  readonly file: string;
  render(report: Report, style: Style): Iterable<string>;
}

/** Declares a reporter. */
export const defineReporter = (reporter: Reporter): Reporter => reporter;
