import { askHostName } from '../prompts/hostNameInput.ts';
import { isRow } from '../views/jobNodes.ts';
import { readArguments } from './arguments.ts';
import type { CommandHandler, Parts } from './parts.ts';

/** "Add Instance…": remembers an instance, so that the tree shows its jobs. Takes `{hostname}` from other code. */
export function addInstance({
  instances,
  tree,
  parseHost,
}: Pick<Parts, 'instances' | 'tree' | 'parseHost'>): CommandHandler {
  return async (argument) => {
    // In the title of the view, VS Code passes the row that has the focus.
    const { hostname } = readArguments(isRow(argument) ? undefined : argument, ['hostname']);
    const host = hostname === undefined ? await askHostName('Add Instance', parseHost) : parseHost(hostname);
    if (host) {
      await instances.add(host);
      tree.reveal(host);
    }
  };
}
