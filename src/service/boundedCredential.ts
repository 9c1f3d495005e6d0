import type { AccessToken, GetTokenOptions, TokenCredential } from '@azure/core-auth';
import type { Clock } from './clock.ts';
import { ClaimsRequiredError, SignInFailedError } from './errors.ts';
import { withinTime } from './withinTime.ts';

/**
 * A credential within bounds: it answers in time or fails, and where a request must go out once it does not answer a
 * claims challenge, for the library would send the request again with the new token.
 */
export class BoundedCredential implements TokenCredential {
  readonly #credential: TokenCredential;
  readonly #clock: Clock;
  readonly #limitInMs: number;
  readonly #claims: 'answered' | 'refused';

  constructor(credential: TokenCredential, clock: Clock, limitInMs: number, claims: 'answered' | 'refused') {
    this.#credential = credential;
    this.#clock = clock;
    this.#limitInMs = limitInMs;
    this.#claims = claims;
  }

  /**
   * @throws ClaimsRequiredError when a claims challenge is not to be answered
   * @throws SignInFailedError when no answer came in time, or when a credential that is not VS Code's own can't answer a
   * challenge
   */
  async getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken | null> {
    if (options?.claims !== undefined && this.#claims === 'refused') {
      // The credential may remember the challenge; whatever it says to it, the request does not go out again.
      await this.#inTime(scopes, options).catch((error: unknown) => {
        // Where no window of VS Code can answer it, the credential knows what can.
        if (error instanceof SignInFailedError && error.credential !== 'vscode') {
          throw error;
        }
      });
      throw new ClaimsRequiredError(options.claims);
    }
    return this.#inTime(scopes, options);
  }

  #inTime(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken | null> {
    const late = (): Error => new SignInFailedError(new Error(`No token came within ${this.#limitInMs / 1000} s.`));
    return withinTime(this.#clock, this.#credential.getToken(scopes, options), this.#limitInMs, late);
  }
}
