import type { ExpectedMessage, Row } from '../row.ts';

/** A table of its own in the documentation. */
export interface Group {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** Makes a group. */
export function group(title: string, rows: readonly Row[]): Group {
  return { title, rows };
}

/** The requests of a start that nothing is wrong with, as far as its answer. */
export const started = 'look, POST /jobs/deletions';

/** What follows a start that failed: the list is asked for. */
export const startedAndListed = `${started}, GET /jobs/deletions`;

/** A job that runs to its end, and the count after it. */
export const watched = 'GET /jobs/deletions/{id} ≥1, count';

/** A start that is asked for until it is given up. */
export const askedFor = 'GET /jobs/deletions/{id} ≥3';

/** The end that all hope for. */
export const isEmpty: ExpectedMessage = {
  text: /^localhost is empty: [^.]* deleted in 5 s\. The deletion job on localhost succeeded in 5 s, and a count after it found nothing left\.$/,
  buttons: ['Show Job Details', 'Show Log'],
};

/** A start that turned out to be none. */
export const wasNotStarted: ExpectedMessage = {
  text: /^The deletion job on localhost was not started: localhost:\d+ does not know it\. This attempt deleted nothing\. You can start again\.$/,
  buttons: ['Start Again…', 'Copy Diagnostics'],
};

/** A start that has surely started nothing. */
export function notStarted(happened: RegExp, advice: RegExp, buttons: readonly string[]): ExpectedMessage {
  return {
    text: new RegExp(
      `^No deletion job was started on \\S+\\. .*${happened.source}.* This attempt deleted nothing\\. .*${advice.source}`,
    ),
    buttons,
  };
}

/** A start of which nobody knows what came of it. */
export function notKnown(happened: RegExp): ExpectedMessage {
  return {
    text: new RegExp(
      `^It is not known whether the deletion job on localhost was started\\. .*${happened.source}.* The request was sent ` +
        'once and is not repeated\\. localhost:\\d+ is being asked for the job: the view Deletion Jobs shows what comes of it\\.$',
    ),
    buttons: ['Refresh', 'Show Log'],
  };
}

/** What a service says in its error. */
export function errorBody(code: string, message: string): { error: { code: string; message: string } } {
  return { error: { code, message } };
}
