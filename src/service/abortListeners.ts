import type { PipelineRequest } from '@azure/core-rest-pipeline';

type AbortSignalLike = NonNullable<PipelineRequest['abortSignal']>;

/**
 * Listens to a signal once for all who want to know: of the signal of a long task, each of its millions of requests does,
 * and to add and remove a listener of its own for each takes longer than the rest of what is done for it here.
 */
export class AbortListeners {
  readonly #all = new WeakMap<AbortSignalLike, Set<() => void>>();

  /**
   * Calls when the signal aborts, or at once when it has.
   *
   * @returns what ends that
   */
  add(signal: AbortSignalLike, listener: () => void): () => void {
    const listeners = this.#all.get(signal) ?? this.#listen(signal);
    listeners.add(listener);
    if (signal.aborted) {
      listener();
    }
    return () => {
      listeners.delete(listener);
    };
  }

  #listen(signal: AbortSignalLike): Set<() => void> {
    const listeners = new Set<() => void>();
    this.#all.set(signal, listeners);
    signal.addEventListener('abort', () => {
      for (const listener of listeners) {
        listener();
      }
    });
    return listeners;
  }
}
