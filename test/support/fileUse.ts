import { setImmediate as turn } from 'node:timers/promises';

/**
 * Waits for some turns of the event loop in which no file is read or written: on a busy machine that takes longer than a
 * test's clock would give it.
 */
export async function filesAtRest(turns: number, isEnough: () => boolean = () => false): Promise<void> {
  for (let quiet = 0; quiet < turns && !isEnough(); quiet = isUsingFiles() ? 0 : quiet + 1) {
    await turn();
  }
}

function isUsingFiles(): boolean {
  return process.getActiveResourcesInfo().some((resource) => resource.startsWith('FSReq'));
}
