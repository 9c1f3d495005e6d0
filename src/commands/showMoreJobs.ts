import { MoreNode } from '../views/jobNodes.ts';
import type { CommandHandler, Parts } from './parts.ts';

/** What a press of the row "Show more" does. */
export function showMoreJobs({ tree }: Pick<Parts, 'tree'>): CommandHandler {
  return (argument) => {
    if (argument instanceof MoreNode) {
      tree.showMore(argument.host);
    }
    return Promise.resolve();
  };
}
