import { InstanceNode } from '../views/jobNodes.ts';
import type { CommandHandler, Parts } from './parts.ts';

/** "Remove Instance from List": forgets an instance here; at the service nothing happens. */
export function removeInstance({ instances }: Parts): CommandHandler {
  return async (argument) => {
    if (argument instanceof InstanceNode) {
      await instances.remove(argument.host);
    }
  };
}
