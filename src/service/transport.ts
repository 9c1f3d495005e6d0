import type { TokenCredential } from '@azure/core-auth';
import type { HttpClient } from '@azure/core-rest-pipeline';
import type { Clock } from './clock.ts';
import type { FailureJournal } from './failureJournal.ts';
import type { InstanceHost } from './instanceHost.ts';
import type { Log } from './log.ts';
import type { RandomHex } from './random.ts';
import type { RequestTurns } from './requestPacer.ts';

/** What requests need besides their instance: all of it passed in. */
export interface Transport {
  /** What puts requests on the wire; without one, Node's `https`, as VS Code has set it up. */
  readonly httpClient?: HttpClient;
  /** Who asks an instance. */
  readonly credentialOf: (host: InstanceHost) => TokenCredential;
  readonly clock: Clock;
  readonly randomHex: RandomHex;
  readonly log: Log;
  /** Name and version of the extension, in front of the library's own. */
  readonly userAgent: string;
  /** Milliseconds before the first repetition of a read; default 1 s, doubling. */
  readonly retryDelayInMs?: number;
  /** Turns at the Jobs API that other windows share; without it only this process keeps to the pace. */
  readonly turns?: RequestTurns;
  /** Keeps what failed; without it only the log does. */
  readonly failures?: FailureJournal;
}
