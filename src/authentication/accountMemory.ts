import type { JobStore } from '../jobs/jobStore.ts';
import type { KnownInstances } from '../jobs/knownInstances.ts';
import type { Credentials } from './credentials.ts';

/**
 * Remembers with an instance the account that it first answered to, so that another account that is signed in later does
 * not take its place unasked.
 */
export function rememberAccounts(
  store: JobStore,
  instances: KnownInstances,
  credentials: Pick<Credentials, 'accountUsedFor'>,
  failed: (error: unknown) => void,
): void {
  store.on('instance', (host) => {
    const account = credentials.accountUsedFor(host);
    const isAnswered = store.instance(host)?.list.kind === 'loaded';
    const { credential, account: known } = instances.identityOf(host);
    if (account && isAnswered && credential === 'vscode' && !known) {
      instances.rememberAccount(host, account).catch(failed);
    }
  });
}
