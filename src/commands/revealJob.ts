import { jobArgument } from './jobArgument.ts';
import type { CommandHandler, Parts } from './parts.ts';

/** What a click on the status bar does: shows the job in the tree. */
export function revealJob(parts: Pick<Parts, 'store' | 'list' | 'documents' | 'tree'>): CommandHandler {
  return async (argument) => {
    const job = await jobArgument(parts, argument);
    if (job) {
      parts.tree.reveal(job);
    }
  };
}
