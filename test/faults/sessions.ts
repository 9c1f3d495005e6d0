import type * as vscode from 'vscode';
import { makeToken } from '../simulator/bearer.ts';

const account = { id: 'kim', label: 'kim@contoso.com' };

/** The Microsoft account of VS Code, as far as sessions go: signed in until told otherwise. */
export class Sessions {
  readonly #now: () => number;
  /** Every token that was given out: none of them may turn up in a text. */
  readonly tokens = new Set<string>();
  /** Whether an account is signed in. */
  isSignedIn = true;
  /** Whether the person signs in when asked to. */
  isWilling = true;
  /** Seconds from now until a token expires; negative for tokens that have expired. */
  expiresInSeconds = 3600;
  /** What asking for a session throws; undefined for nothing. */
  failure: Error | undefined;
  /** How often the person was asked to sign in. */
  asked = 0;

  /** @param now milliseconds since the Unix epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** What the extension takes for `vscode.authentication`. */
  get authentication(): Pick<typeof vscode.authentication, 'getSession' | 'getAccounts'> {
    const getSession = (_: string, __: unknown, options: vscode.AuthenticationGetSessionOptions): Promise<unknown> =>
      Promise.resolve().then(() => this.#session(options));
    const getAccounts = (): Promise<vscode.AuthenticationSessionAccountInformation[]> =>
      Promise.resolve(this.isSignedIn ? [account] : []);
    return { getSession: getSession as typeof vscode.authentication.getSession, getAccounts };
  }

  #session({ silent }: vscode.AuthenticationGetSessionOptions): vscode.AuthenticationSession | undefined {
    if (this.failure) {
      throw this.failure;
    }
    if (silent !== true) {
      if (!this.isSignedIn) {
        this.asked += 1;
      }
      if (!this.isWilling) {
        throw new Error('User did not consent to login.');
      }
      this.isSignedIn = true;
    }
    if (!this.isSignedIn) {
      return undefined;
    }
    const accessToken = makeToken({ now: this.#now(), expiresInSeconds: this.expiresInSeconds });
    this.tokens.add(accessToken);
    return { id: '1', accessToken, account, scopes: [] };
  }
}
