import type { AccessToken, GetTokenOptions, TokenCredential } from '@azure/core-auth';
import type { Clock } from './clock.ts';

/** Milliseconds for which a token serves further requests. */
const keptInMs = 10_000;

/**
 * A credential that asks another one for a token only now and then: for hundreds of requests a second, each of which would
 * have to ask VS Code. An answer to a claims challenge is always asked for.
 */
export class KeptCredential implements TokenCredential {
  readonly #credential: TokenCredential;
  readonly #clock: Clock;
  #kept: { readonly until: number; readonly token: Promise<AccessToken | null> } | undefined;

  constructor(credential: TokenCredential, clock: Clock) {
    this.#credential = credential;
    this.#clock = clock;
  }

  /** Throws what the other one throws; a failure is not kept. */
  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken | null> {
    const now = this.#clock.now();
    if (this.#kept && now < this.#kept.until && options?.claims === undefined) {
      return this.#kept.token;
    }
    const token = this.#credential.getToken(scopes, options);
    const kept = { until: now + keptInMs, token };
    this.#kept = kept;
    token.catch(() => {
      this.#forget(kept);
    });
    return token;
  }

  /** Asks anew for the next request: the instance did not accept the token. */
  forget(): void {
    this.#kept = undefined;
  }

  #forget(failed: unknown): void {
    if (this.#kept === failed) {
      this.#kept = undefined;
    }
  }
}
