import type { AccessToken, GetTokenOptions, TokenCredential } from '@azure/core-auth';
import type { CredentialKind } from '../service/credentialKind.ts';
import type { Clock } from '../service/clock.ts';
import type { Cloud } from '../service/cloud.ts';
import { ClaimsRequiredError, SignInFailedError, SignInRequiredError } from '../service/errors.ts';
import type { Account, Identity } from '../service/identity.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import type { Log } from '../service/log.ts';
import type { AskOptions, MicrosoftSessions } from './microsoftSessions.ts';

/** Milliseconds for which a token of `@azure/identity` serves all requests: a new login counts soon. */
const keptInMs = 5 * 60_000;

/** Milliseconds before its end at which a token is no longer used. */
const renewedBeforeInMs = 2 * 60_000;

/** Whom a token is for, and who asks. */
interface Purpose {
  readonly cloud: Cloud;
  readonly scope: string;
  readonly identity: Identity;
  /** What the token is for, for what has to be remembered of it: a host name. */
  readonly hostname: string;
}

/** A claims challenge that waits for a person. */
interface Challenge {
  /** JSON text. */
  readonly claims: string;
  readonly purpose: Purpose;
}

/**
 * The credentials of all requests. They take what is there and open no window; the person is asked in
 * {@link signInTo} and {@link signIn} only.
 */
export class Credentials {
  readonly #sessions: MicrosoftSessions;
  readonly #identityOf: (host: InstanceHost) => Identity;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #tokens = new Map<string, { readonly token: string; readonly until: number }>();
  /** What a host asked for and no sign-in has given yet. */
  readonly #challenges = new Map<string, Challenge>();
  readonly #used = new Map<string, Account>();

  /** @param identityOf who asks an instance, as things stand when it is asked */
  constructor(sessions: MicrosoftSessions, identityOf: (host: InstanceHost) => Identity, clock: Clock, log: Log) {
    this.#sessions = sessions;
    this.#identityOf = identityOf;
    this.#log = log;
    this.#clock = clock;
  }

  /** The credential for an instance; it follows what the instance works with. */
  forInstance(host: InstanceHost): TokenCredential {
    return { getToken: (_, options) => this.#token(this.#purposeOf(host), options) };
  }

  /** The credential for Azure Resource Manager. */
  forResourceManager(cloud: Cloud, identity: Identity): TokenCredential {
    return { getToken: (_, options) => this.#token(resourceManagerPurpose(cloud, identity), options) };
  }

  /** VS Code's account that the instance was last asked with. */
  accountUsedFor(host: InstanceHost): Account | undefined {
    return this.#used.get(host.hostname);
  }

  /**
   * Makes sure that there is a token for an instance, asking the person if need be. Only for what the person just did.
   *
   * @param identity who is to ask it; those who do when absent
   * @returns who signed in; undefined when the person declined
   * @throws SignInFailedError when it failed otherwise
   */
  async signInTo(
    host: InstanceHost,
    options: AskOptions,
    identity = this.#identityOf(host),
  ): Promise<SignedIn | undefined> {
    return this.#signIn(this.#purposeOf(host, identity), options);
  }

  /**
   * The same where no instance is meant: for what one still asks for, or else for the data plane of a cloud.
   *
   * @throws SignInFailedError
   */
  async signIn(cloud: Cloud, identity: Identity, options: AskOptions): Promise<SignedIn | undefined> {
    const [challenge] = this.#challenges.values();
    return this.#signIn(challenge?.purpose ?? { cloud, identity, scope: cloud.dataPlaneScope, hostname: '' }, options);
  }

  /**
   * Makes sure that Azure Resource Manager can be asked.
   *
   * @throws SignInFailedError
   */
  async signInToResourceManager(cloud: Cloud, identity: Identity, options: AskOptions): Promise<SignedIn | undefined> {
    return this.#signIn(resourceManagerPurpose(cloud, identity), options);
  }

  #purposeOf(host: InstanceHost, identity = this.#identityOf(host)): Purpose {
    const { cloud, hostname } = host;
    return { cloud, hostname, scope: cloud.dataPlaneScope, identity };
  }

  async #signIn(purpose: Purpose, options: AskOptions): Promise<SignedIn | undefined> {
    const { identity, hostname } = purpose;
    if (identity.credential !== 'vscode') {
      // There is nobody to ask: it works or says why not.
      await this.#azureToken(purpose, true);
      return { credential: identity.credential, account: undefined };
    }
    const challenge = this.#challenges.get(hostname);
    const session = await this.#sessions.ask({ ...purpose, ...identity }, { ...options, claims: challenge?.claims });
    if (!session) {
      return undefined;
    }
    if (this.#challenges.get(hostname) === challenge) {
      this.#challenges.delete(hostname);
    }
    return { credential: 'vscode', account: { id: session.account.id, label: session.account.label } };
  }

  async #token(purpose: Purpose, options?: GetTokenOptions): Promise<AccessToken> {
    const { identity, hostname } = purpose;
    if (identity.credential !== 'vscode') {
      return options?.claims === undefined ? this.#azureToken(purpose) : this.#newAzureToken(purpose, options.claims);
    }
    if (options?.claims !== undefined) {
      this.#challenges.set(hostname, { claims: options.claims, purpose });
      throw new ClaimsRequiredError(options.claims);
    }
    const session = await this.#sessions.silent({ ...purpose, ...identity });
    if (!session) {
      throw signInRequired(identity);
    }
    const { id, label } = session.account;
    this.#used.set(hostname, { id, label });
    // VS Code tells no expiry and renews by itself.
    return forOneRequest(session.accessToken);
  }

  /** A token of `@azure/identity`, kept for a while: its command lines start a process each time they are asked. */
  async #azureToken(purpose: Purpose, isFresh = false): Promise<AccessToken> {
    const { cloud, identity, scope } = purpose;
    const key = [cloud.name, identity.credential, identity.tenantId ?? '', scope].join(' ');
    const kept = this.#tokens.get(key);
    if (kept && !isFresh && this.#clock.now() < kept.until) {
      return forOneRequest(kept.token);
    }
    const { token, expiresOnTimestamp } = await this.#newAzureToken(purpose);
    const until = Math.min(this.#clock.now() + keptInMs, expiresOnTimestamp - renewedBeforeInMs);
    this.#tokens.set(key, { token, until });
    return forOneRequest(token);
  }

  async #newAzureToken({ cloud, identity, scope }: Purpose, claims?: string): Promise<AccessToken> {
    const { credential: kind, tenantId } = identity;
    if (kind === 'vscode') {
      throw new TypeError('Sessions of VS Code are asked for elsewhere.');
    }
    const { azureIdentityCredential } = await import('./azureIdentity.ts');
    const credential = azureIdentityCredential(kind, { tenantId, authority: cloud.authority, log: this.#log });
    const token = await credential.getToken(scope, {
      ...(tenantId !== undefined && { tenantId }),
      ...(claims !== undefined && { claims }),
    });
    if (!token) {
      throw new SignInFailedError(new Error('No token was given.'), kind);
    }
    return token;
  }
}

/** A token that the pipeline asks for anew with each request: it must not outlive a change of account or tenant. */
function forOneRequest(token: string): AccessToken {
  return { token, expiresOnTimestamp: 0 };
}

/** Who signed in. */
export interface SignedIn {
  readonly credential: CredentialKind;
  /** Undefined with a credential that is no account of VS Code. */
  readonly account: Account | undefined;
}

function signInRequired({ account, tenantId }: Identity): SignInRequiredError {
  const to = tenantId === undefined ? '' : ` to the tenant ${tenantId}`;
  return new SignInRequiredError(
    account ? `The account ${account.label} is not signed in${to}.` : `No account is signed in${to}.`,
    account,
  );
}

function resourceManagerPurpose(cloud: Cloud, identity: Identity): Purpose {
  return { cloud, identity, scope: cloud.resourceManagerScope, hostname: new URL(cloud.resourceManager).host };
}
