import type * as vscode from 'vscode';
import type { Clock } from '../service/clock.ts';
import type { Cloud } from '../service/cloud.ts';
import { SignInFailedError } from '../service/errors.ts';
import type { Account } from '../service/identity.ts';
import { withinTime } from '../service/withinTime.ts';

/** What a session is wanted for. */
export interface SessionRequest {
  readonly cloud: Cloud;
  /** One resource's scope; VS Code gives no session for two. */
  readonly scope: string;
  /** Undefined for the account that VS Code prefers for this extension. */
  readonly account?: Account | undefined;
  /** Id or domain; undefined for the account's own. */
  readonly tenantId?: string | undefined;
}

/** How the person is asked. */
export interface AskOptions {
  /** Why, shown where VS Code asks. */
  readonly reason: string;
  /** `anew` lets the person choose among the accounts even where one was chosen before. */
  readonly choose?: 'once' | 'anew';
  /** What the service wants a new sign-in to fulfil: JSON text, each character a byte. */
  readonly claims?: string | undefined;
}

/** Milliseconds for an answer that asks no person. */
const timeLimitInMs = 20_000;

/** The part of VS Code that this stands on. */
export type Authentication = Pick<typeof vscode.authentication, 'getSession' | 'getAccounts'>;

/**
 * VS Code's sessions of Microsoft accounts: the one place that asks for them. Tokens stay with VS Code, so that each
 * request asks anew.
 *
 * The scopes that begin with `VSCODE_` are how its provider takes a tenant and an app registration.
 */
export class MicrosoftSessions {
  readonly #authentication: Authentication;
  readonly #clientId: () => string | undefined;
  readonly #clock: Clock;

  /** @param clientId the organisation's own app registration (the setting `digitalTwins.clientId`) */
  constructor(authentication: Authentication, clientId: () => string | undefined, clock: Clock) {
    this.#authentication = authentication;
    this.#clientId = clientId;
    this.#clock = clock;
  }

  /**
   * The accounts that VS Code knows, whether this extension may use them or not.
   *
   * @throws SignInFailedError when VS Code can't be asked
   */
  async accounts({ signInProvider }: Cloud): Promise<readonly Account[]> {
    try {
      const accounts = await this.#inTime(this.#authentication.getAccounts(signInProvider), 5000);
      return accounts.map(({ id, label }) => ({ id, label }));
    } catch (error) {
      throw new SignInFailedError(error);
    }
  }

  /**
   * The session that can be had without asking the person.
   *
   * @throws SignInFailedError when VS Code can't be asked
   */
  async silent(request: SessionRequest): Promise<vscode.AuthenticationSession | undefined> {
    const { account, cloud } = request;
    const options = { silent: true, ...(account && { account }) };
    try {
      const session = await this.#inTime(
        this.#authentication.getSession(cloud.signInProvider, this.#scopes(request), options),
      );
      // VS Code may know another account that will do; here only the one that is asked for does.
      return session && isOf(account, session) ? session : undefined;
    } catch (error) {
      throw new SignInFailedError(error);
    }
  }

  /**
   * Asks the person for what is missing. Only for what the person just did.
   *
   * @returns undefined when the person declined
   * @throws SignInFailedError when it failed otherwise, or gave another account than the one that was asked for
   */
  async ask(request: SessionRequest, options: AskOptions): Promise<vscode.AuthenticationSession | undefined> {
    const { claims } = options;
    const { account } = request;
    try {
      const session = await (claims === undefined
        ? this.#asked(request, options)
        : this.#challenged(request, { ...options, claims }));
      if (account && !isOf(account, session)) {
        throw new Error(`you signed in as ${session.account.label}, but ${account.label} is the account to use here.`);
      }
      return session;
    } catch (error) {
      if (isDecline(error)) {
        return undefined;
      }
      throw new SignInFailedError(error);
    }
  }

  #asked(request: SessionRequest, { reason, choose }: AskOptions): Thenable<vscode.AuthenticationSession> {
    return this.#session(request, this.#scopes(request), {
      createIfNone: { detail: reason },
      clearSessionPreference: choose === 'anew',
    });
  }

  /** Answers a claims challenge, by VS Code's own way for it or, where the provider knows none, by a new sign-in. */
  async #challenged(
    request: SessionRequest,
    { reason, claims }: AskOptions & { readonly claims: string },
  ): Promise<vscode.AuthenticationSession> {
    // The pipeline decodes a challenge to one character a byte; so these are the service's own bytes again.
    const encoded = Buffer.from(claims, 'latin1').toString('base64');
    const challenge = {
      wwwAuthenticate: `Bearer realm="", error="insufficient_claims", claims="${encoded}"`,
      fallbackScopes: this.#scopes(request),
    };
    try {
      return await this.#session(request, challenge, { createIfNone: { detail: reason } });
    } catch (error) {
      if (error instanceof Error && /support\w* .*challenge/i.test(error.message)) {
        return this.#session(request, this.#scopes(request), { forceNewSession: { detail: reason } });
      }
      throw error;
    }
  }

  #session(
    { account, cloud }: SessionRequest,
    scopes: readonly string[] | vscode.AuthenticationWwwAuthenticateRequest,
    options: Pick<vscode.AuthenticationGetSessionOptions, 'clearSessionPreference'> &
      ({ readonly createIfNone: { detail: string } } | { readonly forceNewSession: { detail: string } }),
  ): Thenable<vscode.AuthenticationSession> {
    const all = { ...options, ...(account && { account }) };
    return 'createIfNone' in all
      ? this.#authentication.getSession(cloud.signInProvider, scopes, all)
      : this.#authentication.getSession(cloud.signInProvider, scopes, all);
  }

  /** VS Code answers at once or after a look at the network; one whose provider hangs must not keep anybody waiting. */
  #inTime<T>(answer: Thenable<T>, limitInMs = timeLimitInMs): Promise<T> {
    const late = (): Error => new Error(`VS Code gave no answer within ${limitInMs / 1000} s.`);
    return withinTime(this.#clock, answer, limitInMs, late);
  }

  #scopes({ scope, tenantId }: SessionRequest): string[] {
    const clientId = this.#clientId();
    return [
      scope,
      ...(tenantId === undefined ? [] : [`VSCODE_TENANT:${tenantId}`]),
      ...(clientId === undefined ? [] : [`VSCODE_CLIENT_ID:${clientId}`]),
    ];
  }
}

function isOf(account: Account | undefined, session: vscode.AuthenticationSession): boolean {
  return account === undefined || session.account.id === account.id || session.account.label === account.label;
}

// VS Code has no type for a decline: it is "User did not consent to login." or "… to account access.", or a cancellation.
function isDecline(error: unknown): boolean {
  return (
    error instanceof Error &&
    (/did not consent/i.test(error.message) || /^cancell?ed$/i.test(error.message) || error.name === 'Canceled')
  );
}
