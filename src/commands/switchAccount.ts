import { pickInstance } from '../prompts/instancePick.ts';
import { needsOtherIdentity } from '../service/errors.ts';
import { isRow } from '../views/jobNodes.ts';
import { chooseAccess, type AccessParts } from './chooseAccess.ts';
import type { CommandHandler, Parts } from './parts.ts';

/**
 * "Switch Account or Tenant…": asks who is to ask an instance, then asks the instance again. Where the instance has just
 * refused the tenant and named its own, that one is suggested.
 */
export function switchAccount(parts: AccessParts & Pick<Parts, 'store' | 'list' | 'watcher'>): CommandHandler {
  const { store, list, watcher } = parts;
  return async (argument) => {
    const host = isRow(argument)
      ? argument.host
      : await pickInstance('Switch Account or Tenant', store.instances, 'There is no instance in the list.');
    if (!host) {
      return;
    }
    const state = store.instance(host)?.list;
    const refusal = state?.kind === 'failed' && needsOtherIdentity(state.error) ? state.error : undefined;
    if (await chooseAccess(parts, host, refusal)) {
      watcher.lookNow();
      await list.refreshAnew(host);
    }
  };
}
