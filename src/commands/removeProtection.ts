import { askName } from '../prompts/confirmationStep.ts';
import { pickInstance } from '../prompts/instancePick.ts';
import { InstanceProtectedError } from '../service/errors.ts';
import { InstanceNode } from '../views/jobNodes.ts';
import type { CommandHandler, Parts } from './parts.ts';

/** "Remove Protection": lifts what "Protect from Deletion" did, after the instance's name was typed. */
export function removeProtection({ instances, store }: Pick<Parts, 'instances' | 'store'>): CommandHandler {
  return async (argument) => {
    const host =
      argument instanceof InstanceNode
        ? argument.host
        : await pickInstance(
            'Remove Protection',
            store.instances.filter(({ protection }) => protection !== undefined),
            'No listed instance is protected.',
          );
    const protection = host && (await instances.protectionOf(host));
    if (!host || !protection) {
      return;
    }
    if (protection.by === 'rule') {
      throw new InstanceProtectedError(host, protection.rule);
    }
    const text = (): string =>
      `Deletion jobs can then be started on ${host.hostname} again, each after a confirmation of its own. ` +
      `Nothing is deleted by this. Type ${host.name} to remove the protection.`;
    const title = `Remove Protection of ${host.hostname}`;
    const answer = await askName({ title, host, text, position: { step: 1, totalSteps: 1 } });
    if (answer.kind === 'value') {
      await instances.removeProtection(host);
    }
  };
}
