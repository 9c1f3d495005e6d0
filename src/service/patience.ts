import { certificateCodes } from './certificateCodes.ts';
import type { Clock } from './clock.ts';
import { ConnectionError, ServiceError, SignInFailedError, SignInRequiredError } from './errors.ts';

/** What a request is waiting for: the service asked for it, or it could not be reached. */
export interface Wait {
  readonly reason: 'busy' | 'trouble';
  /** The failure that makes it wait. */
  readonly error: Error;
  readonly milliseconds: number;
}

/** How patient to be, and who is told of it. */
export interface PatienceOptions {
  readonly clock: Clock;
  /** Ends all waiting when it aborts. */
  readonly signal: AbortSignal;
  /** Resolves when an attempt may begin; without it, attempts begin at once. */
  readonly turn?: () => Promise<void>;
  /** Is told of each wait as it begins. */
  readonly onWait?: (wait: Wait) => void;
  /**
   * Has the person sign in where no token can be had without; all requests that need it wait for the same answer.
   *
   * @returns whether to go on
   */
  readonly signIn?: (error: SignInRequiredError) => Promise<boolean>;
}

/**
 * Milliseconds of waiting after which a request is given up. The service's own scaling refuses requests for up to 30
 * minutes; a network that is gone for more than ten will not be back soon.
 */
const limitInMs = { busy: 35 * 60_000, trouble: 10 * 60_000 } as const;

/** The first wait where the service does not say how long; each further one is twice as long, up to the longest. */
const waitInMs = { first: 1000, longest: 60_000 } as const;

/** A sign-in that has just expired gets a new token; one that is refused again and again is no longer one. */
const mostRefusals = 2;

const notTrusted: ReadonlySet<string> = new Set(certificateCodes);

/**
 * Repeats requests that may be repeated until they are answered, for work that takes hours: through the service's own
 * limits (429, 503, `Retry-After`), its faults, broken connections and expired sign-ins.
 */
export class Patience {
  readonly #options: PatienceOptions;
  #signIn: Promise<boolean> | undefined;

  constructor(options: PatienceOptions) {
    this.#options = options;
  }

  /**
   * Makes an attempt, and more of them while they fail in a way that passes.
   *
   * @param attempt is told whether an earlier attempt may have had its effect: no answer to it came
   * @throws what the last attempt throws; the signal's reason when that aborts
   */
  async keepAt<T>(attempt: (mayBeRepetition: boolean) => Promise<T>): Promise<T> {
    const { clock, signal, turn, onWait } = this.#options;
    const waited = { busy: 0, trouble: 0 };
    let next: number = waitInMs.first;
    let refusals = 0;
    let mayBeRepetition = false;
    for (;;) {
      signal.throwIfAborted();
      await turn?.();
      try {
        return await attempt(mayBeRepetition);
      } catch (error) {
        signal.throwIfAborted();
        mayBeRepetition ||= mayHaveHadEffect(error);
        if (error instanceof SignInRequiredError && (await this.#hasSignedIn(error))) {
          continue;
        }
        if (error instanceof ServiceError && error.status === 401 && refusals < mostRefusals) {
          refusals += 1;
          await clock.delay(waitInMs.first, signal);
          continue;
        }
        const reason = reasonToWait(error);
        if (!reason || waited[reason] >= limitInMs[reason]) {
          throw error;
        }
        const asked = error instanceof ServiceError ? error.retryAfterInMs : undefined;
        const milliseconds = Math.max(asked ?? next, waitInMs.first);
        next = Math.min(next * 2, waitInMs.longest);
        waited[reason] += milliseconds;
        onWait?.({ reason, error: error as Error, milliseconds });
        await clock.delay(milliseconds, signal);
      }
    }
  }

  async #hasSignedIn(error: SignInRequiredError): Promise<boolean> {
    this.#signIn ??= this.#options.signIn?.(error).finally(() => {
      this.#signIn = undefined;
    });
    const { signal } = this.#options;
    const stopped = new Promise<false>((resolve) => {
      signal.addEventListener('abort', () => {
        resolve(false);
      });
    });
    const hasSignedIn = await Promise.race([this.#signIn, stopped]);
    signal.throwIfAborted();
    return hasSignedIn ?? false;
  }
}

function reasonToWait(error: unknown): Wait['reason'] | undefined {
  if (error instanceof ConnectionError) {
    return notTrusted.has(error.code) ? undefined : 'trouble';
  }
  if (error instanceof SignInFailedError) {
    return 'trouble';
  }
  if (error instanceof ServiceError) {
    switch (error.status) {
      case 429:
      case 503:
        return 'busy';
      case 408:
      case 500:
      case 502:
      case 504:
        return 'trouble';
    }
  }
  return undefined;
}

function mayHaveHadEffect(error: unknown): boolean {
  return error instanceof ConnectionError ? error.mayHaveArrived : error instanceof ServiceError && error.status >= 500;
}
