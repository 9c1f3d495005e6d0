import type { TokenCredential } from '@azure/core-auth';
// Loaded beforehand, so that the first request of a test is no later than others.
import '../../src/service/instancePipeline.ts';
import type { Transport } from '../../src/service/transport.ts';
import { InstanceHost } from '../../src/service/instanceHost.ts';
import { CollectedLog } from './collectedLog.ts';
import { countingHex } from './countingHex.ts';
import { filesAtRest } from './fileUse.ts';
import { manualClock, type ManualClock } from './manualClock.ts';
import { ScriptedHttp, type Scripted } from './scriptedHttp.ts';

/** The instance that tests speak of. */
export const contoso = InstanceHost.parse('contoso.api.wcus.digitaltwins.azure.net');

/** The token of the scripted credential; nothing that is logged or shown may contain it. */
export const secretToken = 'secret-token-of-the-test';

/** A transport on which nothing is sent and time stands still. */
export interface ScriptedTransport extends Transport {
  readonly httpClient: ScriptedHttp;
  readonly clock: ManualClock;
  readonly log: CollectedLog;
  /** Who asks all instances. */
  readonly credential: TokenCredential;
}

/** Makes a transport that gives these answers. */
export function scriptedTransport(...answers: Scripted[]): ScriptedTransport {
  const credential = { getToken: () => Promise.resolve({ token: secretToken, expiresOnTimestamp: 0 }) };
  return {
    httpClient: new ScriptedHttp(...answers),
    credential,
    credentialOf: () => credential,
    clock: manualClock(),
    randomHex: countingHex(),
    log: new CollectedLog(),
    userAgent: 'digital-twins-maintenance/0.0.0',
    retryDelayInMs: 1,
  };
}

/** Lets time pass until the promise is settled, a tenth of a second at a time. */
export async function settled<T>(clock: ManualClock, promise: Promise<T>): Promise<T> {
  const state = { done: false };
  const end = (): void => {
    state.done = true;
  };
  promise.then(end, end);
  while (!state.done) {
    await clock.pass(100);
    await filesAtRest(1);
  }
  return promise;
}
