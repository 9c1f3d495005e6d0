import type { AccessToken, GetTokenOptions, TokenCredential } from '@azure/core-auth';
import type * as vscode from 'vscode';
import { SignInFailedError, SignInRequiredError } from '../service/errors.ts';
import { dataPlaneScope } from '../service/pipeline.ts';

/** VS Code's own provider of Microsoft accounts. */
export const microsoftProvider = 'microsoft';

/**
 * The Microsoft account that VS Code holds for this extension. It asks the person in {@link signIn} only; as a
 * credential it takes what is there and opens no window. Tokens stay with VS Code: each request asks it again.
 */
export class MicrosoftAccount implements TokenCredential {
  readonly #authentication: Pick<typeof vscode.authentication, 'getSession'>;

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
      const options = { createIfNone: { detail: reason }, clearSessionPreference: choose === 'anew' };
      const session = await this.#authentication.getSession(microsoftProvider, [dataPlaneScope], options);
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
   * @throws SignInRequiredError when there is none, or when the service wants claims that only a new sign-in can give
   * @throws SignInFailedError when VS Code can't be asked
   */
  async getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> {
    if (options?.claims !== undefined) {
      throw new SignInRequiredError('The instance asks for a new sign-in.');
    }
    const session = await this.#silentSession([scopes].flat());
    if (!session) {
      throw new SignInRequiredError();
    }
    // VS Code tells no expiry and renews by itself: an expiry of 0 makes the pipeline ask for each request.
    return { token: session.accessToken, expiresOnTimestamp: 0 };
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
