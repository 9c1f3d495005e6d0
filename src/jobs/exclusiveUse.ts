import { InstanceBusyError } from '../service/errors.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import type { Lock, Locks } from './locks.ts';

/**
 * Keeps apart what must not happen to an instance at the same time, in whichever window: a backup, a restore, the start
 * of a deletion job. What the service does with a job that has been started is no matter of this.
 */
export class ExclusiveUse {
  readonly #locks: Locks;

  constructor(locks: Locks) {
    this.#locks = locks;
  }

  /**
   * Takes an instance for one of these.
   *
   * @throws InstanceBusyError when another has it; the file system's error when nothing can be locked
   */
  async take(host: InstanceHost): Promise<Lock> {
    const lock = await this.#locks.tryTake(`${host.hostname}.use`);
    if (!lock) {
      throw new InstanceBusyError(
        host,
        `${host.name} is being backed up or restored, or a deletion job is being started on it.`,
        false,
      );
    }
    return lock;
  }
}
