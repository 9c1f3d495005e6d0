import { jobArgument } from './jobArgument.ts';
import type { CommandHandler, Parts } from './parts.ts';

/** "Show Job Details": opens a job as a read-only JSON document that is kept current. */
export function showJob(parts: Pick<Parts, 'store' | 'list' | 'documents'>): CommandHandler {
  return async (argument) => {
    const job = await jobArgument(parts, argument);
    if (job) {
      await parts.documents.open(job);
    }
  };
}
