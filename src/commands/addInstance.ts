import { isRow } from '../views/jobNodes.ts';
import { readArguments } from './arguments.ts';
import { chooseInstance, detailsOfChosen, type ChoosingParts } from './chooseInstance.ts';
import type { CommandHandler, Parts } from './parts.ts';

/**
 * "Add Instance…": remembers an instance, so that the tree shows its jobs: one that is found in the person's
 * subscriptions, or one whose host name is entered. Takes `{hostname}` from other code.
 */
export function addInstance(parts: ChoosingParts & Pick<Parts, 'instances' | 'tree'>): CommandHandler {
  const { instances, tree, parseHost } = parts;
  return async (argument) => {
    // In the title of the view, VS Code passes the row that has the focus.
    const { hostname } = readArguments(isRow(argument) ? undefined : argument, ['hostname']);
    if (hostname !== undefined) {
      const host = parseHost(hostname);
      await instances.add(host);
      tree.reveal(host);
      return;
    }
    const title = 'Add Instance';
    const chosen = await chooseInstance(parts, title, [], { step: 1, totalSteps: 1 });
    const details = chosen.kind === 'value' ? await detailsOfChosen(title, chosen.value.found) : undefined;
    if (chosen.kind === 'value' && details) {
      const { host, found } = chosen.value;
      await instances.add(host, found && details);
      tree.reveal(host);
    }
  };
}
