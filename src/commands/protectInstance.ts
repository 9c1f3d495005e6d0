import { pickInstance } from '../prompts/instancePick.ts';
import { InstanceNode } from '../views/jobNodes.ts';
import type { CommandHandler, Parts } from './parts.ts';

/** "Protect from Deletion": from now on no deletion job is started on the instance from here. */
export function protectInstance({ instances, store }: Pick<Parts, 'instances' | 'store'>): CommandHandler {
  return async (argument) => {
    const host =
      argument instanceof InstanceNode
        ? argument.host
        : await pickInstance(
            'Protect from Deletion',
            store.instances.filter(({ protection }) => !protection),
            'There is no instance to protect: none is listed, or all are protected.',
          );
    if (host) {
      await instances.protect(host);
    }
  };
}
