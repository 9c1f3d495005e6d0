import type { CommandHandler, Parts } from './parts.ts';

/** "Show Log": opens the output channel. */
export function showLog({ log }: Pick<Parts, 'log'>): CommandHandler {
  return () => {
    log.show();
    return Promise.resolve();
  };
}
