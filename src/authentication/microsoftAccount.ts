import type { AccessToken, GetTokenOptions, TokenCredential } from '@azure/core-auth';
import type * as vscode from 'vscode';
import { ClaimsRequiredError, SignInFailedError, SignInRequiredError } from '../service/errors.ts';
import { dataPlaneScope } from '../service/transport.ts';

/** VS Code's own provider of Microsoft accounts. */
export const microsoftProvider = 'microsoft';

/**
 * The Microsoft account that VS Code holds for this extension. It asks the person in {@link signIn} only; as a
 * credential it takes what is there and opens no window. Tokens stay with VS Code: each request asks it again.
 */
export class MicrosoftAccount implements TokenCredential {
  readonly #authentication: Pick<typeof vscode.authentication, 'getSession'>;
  /** What the service asked for and no sign-in has given yet: JSON text. */
  #claims: string | undefined;

  constructor(authentication: Pick<typeof vscode.authentication, 'getSession'>) {
    this.#authentication = authentication;
  }

  /**
   * Makes sure that an account is signed in, asking the person if need be. Only for what the person just did.
   *
   * @param reason why, shown where VS Code asks
   * @param choose `anew` lets the person choose among the accounts even where one was chosen before
   * @returns the account's label; undefined when the person declined
   * @throws SignInFailedError when it failed otherwise
   */
  async signIn(reason: string, choose: 'once' | 'anew' = 'once'): Promise<string | undefined> {
    try {
      const claims = this.#claims;
      const session =
        claims === undefined
          ? await this.#askedSession(reason, choose === 'anew')
          : await this.#challengedSession(reason, claims);
      if (this.#claims === claims) {
        this.#claims = undefined;
      }
      return session.account.label;
    } catch (error) {
      if (isDecline(error)) {
        return undefined;
      }
      throw new SignInFailedError(error);
    }
  }

  /**
   * The token of the account that is signed in.
   *
   * @throws SignInRequiredError when there is none
   * @throws ClaimsRequiredError when the service wants claims that only a new sign-in can give; {@link signIn} asks for it
   * @throws SignInFailedError when VS Code can't be asked
   */
  async getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> {
    if (options?.claims !== undefined) {
      this.#claims = options.claims;
      throw new ClaimsRequiredError(options.claims);
    }
    const session = await this.#silentSession([scopes].flat());
    if (!session) {
      throw new SignInRequiredError();
    }
    // VS Code tells no expiry and renews by itself: an expiry of 0 makes the pipeline ask for each request.
    return { token: session.accessToken, expiresOnTimestamp: 0 };
  }

  #askedSession(reason: string, clearSessionPreference: boolean): Promise<vscode.AuthenticationSession> {
    const options = { createIfNone: { detail: reason }, clearSessionPreference };
    return Promise.resolve(this.#authentication.getSession(microsoftProvider, [dataPlaneScope], options));
  }

  /** Answers a claims challenge, by VS Code's own way for it or, where that fails, by signing in anew. */
  async #challengedSession(reason: string, claims: string): Promise<vscode.AuthenticationSession> {
    // The pipeline decodes a challenge to one character a byte; so these are the service's own bytes again.
    const encoded = Buffer.from(claims, 'latin1').toString('base64');
    const challenge = {
      wwwAuthenticate: `Bearer realm="", error="insufficient_claims", claims="${encoded}"`,
      fallbackScopes: [dataPlaneScope],
    };
    try {
      return await this.#authentication.getSession(microsoftProvider, challenge, { createIfNone: { detail: reason } });
    } catch (error) {
      if (isDecline(error)) {
        throw error;
      }
      // A provider that knows no challenges. Choosing the account anew at least gives a new token.
      return this.#askedSession(reason, true);
    }
  }

  async #silentSession(scopes: string[]): Promise<vscode.AuthenticationSession | undefined> {
    try {
      return await this.#authentication.getSession(microsoftProvider, scopes, { silent: true });
    } catch (error) {
      throw new SignInFailedError(error);
    }
  }
}

// VS Code has no type for a decline: it is "User did not consent to login." or "… to account access.", or a cancellation.
function isDecline(error: unknown): boolean {
  return (
    error instanceof Error &&
    (/did not consent/i.test(error.message) || /^cancell?ed$/i.test(error.message) || error.name === 'Canceled')
  );
}
