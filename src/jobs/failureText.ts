import { explain, type HelpTopic, type Remedy } from '../service/explain.ts';
import { StartFailedError } from './jobStarter.ts';
import { OperationFailedError } from './operationFailedError.ts';

/** A failure as a person is told it. */
export interface FailureMessage {
  /** What happened, what it means for the data, what to do. */
  readonly text: string;
  /** What there is to press. */
  readonly remedies: readonly Remedy[];
  /** Where the troubleshooting page says more. */
  readonly help: HelpTopic | undefined;
}

/** What of a failure is logged and explained: what went wrong, without what it stopped. */
export function causeOf(error: unknown): unknown {
  return error instanceof StartFailedError || error instanceof OperationFailedError ? error.cause : error;
}

/** Puts a failure into words: of a start, of another operation, or of anything else. */
export function failureMessage(error: unknown): FailureMessage {
  const { happened, meaning, advice, remedy, help } = explain(causeOf(error));
  const remedies = [...new Set<Remedy>(remedy ? [remedy, 'showLog'] : [])];
  if (error instanceof OperationFailedError) {
    const { failure } = error;
    const parts = [failure.failed, happened, failure.meaning, failure.advice ?? advice];
    return { text: parts.filter((part) => part !== '').join(' '), remedies, help };
  }
  if (!(error instanceof StartFailedError)) {
    return { text: [happened, meaning, advice].filter((part) => part !== '').join(' '), remedies, help };
  }
  const { name, hostname } = error.host;
  return {
    text:
      error.started === 'no'
        ? `No deletion job was started on ${name}. ${happened} This attempt deleted nothing. ${advice}`
        : `It is not known whether the deletion job on ${name} was started. ${happened} The request was sent once and is ` +
          `not repeated. ${hostname} is being asked for the job: the view Deletion Jobs shows what comes of it.`,
    remedies,
    help,
  };
}
