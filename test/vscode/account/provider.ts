import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type * as vscode from 'vscode';
import {
  behaviorFile,
  callsFile,
  signedInFile,
  type AccountBehavior,
  type AccountCall,
  type ProviderId,
} from './behavior.ts';
import { scopeValue, tenantFor } from './tenants.ts';
import { accountId, unsignedToken } from './token.ts';

type Changes = Pick<
  vscode.EventEmitter<vscode.AuthenticationProviderAuthenticationSessionsChangeEvent>,
  'event' | 'fire'
>;

/** Issues sessions for test accounts; it keeps who is signed in on the disk, so that all windows agree. */
export class TestAccountProvider implements vscode.AuthenticationProvider {
  readonly #id: ProviderId;
  readonly #folder: string;
  readonly #changed: Changes;
  /** Sessions that this window was given, so that their end can be announced. */
  readonly #issued = new Map<string, vscode.AuthenticationSession>();

  /**
   * @param folder the folder through which a test and the account speak
   * @param changed VS Code's emitter of changes, passed in so that this runs outside VS Code too
   */
  constructor(id: ProviderId, folder: string, changed: Changes) {
    this.#id = id;
    this.#folder = folder;
    this.#changed = changed;
  }

  get onDidChangeSessions(): Changes['event'] {
    return this.#changed.event;
  }

  getSessions(
    scopes: readonly string[] | undefined,
    options: vscode.AuthenticationProviderSessionOptions,
  ): Promise<vscode.AuthenticationSession[]> {
    return this.#answer('getSessions', scopes ?? [], options, () =>
      this.signedIn
        .filter((label) => options.account === undefined || options.account.label === label)
        .filter((label) => this.#isIn(label, scopes ?? []))
        .map((label) => this.#issue(label, scopes ?? [])),
    );
  }

  createSession(
    scopes: readonly string[],
    options: vscode.AuthenticationProviderSessionOptions,
  ): Promise<vscode.AuthenticationSession> {
    return this.#answer('createSession', scopes, options, () => {
      const behavior = this.#behavior();
      if (behavior.decline === true) {
        throw new Error('User did not consent to login.');
      }
      const label = options.account?.label ?? behavior.account ?? 'operator@contoso.com';
      const session = this.#issue(label, scopes);
      this.#setSignedIn([...new Set([...this.signedIn, label])]);
      this.#changed.fire({ added: [session], removed: [], changed: [] });
      return session;
    });
  }

  removeSession(sessionId: string): Promise<void> {
    return this.#answer('removeSession', [], {}, () => {
      this.signOut(this.signedIn.filter((label) => sessionId.startsWith(`${accountId(label)}/`)));
    });
  }

  /** Removes accounts from VS Code, and tells so. */
  signOut(labels: readonly string[]): void {
    this.#setSignedIn(this.signedIn.filter((label) => !labels.includes(label)));
    const removed = [...this.#issued.values()].filter((session) => labels.includes(session.account.label));
    for (const { id } of removed) {
      this.#issued.delete(id);
    }
    this.#changed.fire({ added: [], removed, changed: [] });
  }

  /** The accounts that are signed in. */
  get signedIn(): readonly string[] {
    return (this.#read(signedInFile(this.#id)) as string[] | undefined) ?? this.#behavior().signedIn ?? [];
  }

  #answer<T>(
    name: AccountCall['name'],
    scopes: readonly string[],
    { account }: vscode.AuthenticationProviderSessionOptions,
    answer: () => T,
  ): Promise<T> {
    const tenant = scopeValue(scopes, 'TENANT');
    const clientId = scopeValue(scopes, 'CLIENT_ID');
    const call: AccountCall = {
      name,
      provider: this.#id,
      scopes,
      ...(tenant !== undefined && { tenant }),
      ...(clientId !== undefined && { clientId }),
      ...(account && { account: account.label }),
    };
    appendFileSync(path.join(this.#folder, callsFile), `${JSON.stringify(call)}\n`);
    // A refusal has to be a rejected promise, not an exception.
    return Promise.resolve().then(() => {
      const { failure } = this.#behavior();
      if (failure !== undefined) {
        throw new Error(failure);
      }
      return answer();
    });
  }

  /** Whether the account can have a token without a word to the person. */
  #isIn(label: string, scopes: readonly string[]): boolean {
    try {
      tenantFor(label, scopes, this.#behavior());
      return true;
    } catch {
      return false;
    }
  }

  #issue(label: string, scopes: readonly string[]): vscode.AuthenticationSession {
    const id = accountId(label);
    const session = {
      id: `${id}/${[...scopes].sort().join(' ')}`,
      accessToken: unsignedToken(label, scopes, this.#behavior()),
      account: { id, label },
      scopes,
    };
    this.#issued.set(session.id, session);
    return session;
  }

  #behavior(): AccountBehavior {
    return (this.#read(behaviorFile) as AccountBehavior | undefined) ?? {};
  }

  #setSignedIn(labels: readonly string[]): void {
    writeFileSync(path.join(this.#folder, signedInFile(this.#id)), JSON.stringify(labels));
  }

  #read(file: string): unknown {
    try {
      return JSON.parse(readFileSync(path.join(this.#folder, file), 'utf8'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        return undefined;
      }
      throw error;
    }
  }
}
