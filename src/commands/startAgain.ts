import { jobArgument } from './jobArgument.ts';
import type { CommandHandler, Parts } from './parts.ts';
import { startAgainOn } from './startDeletionJob.ts';

/** "Start Again…": starts another deletion job on the instance of one that has ended, with its timeout suggested. */
export function startAgain(parts: Parts): CommandHandler {
  return async (argument) => {
    const job = await jobArgument(parts, argument);
    return job && startAgainOn(parts, job.host, job.start?.timeoutInMinutes);
  };
}
