import { createHash, randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import {
  accountFolderVariable,
  behaviorFile,
  callsFile,
  commandFile,
  resultFile,
  signedInFile,
  type AccountBehavior,
  type AccountCall,
  type PreparedCommand,
} from './behavior.ts';

/** Takes the place of the built-in Microsoft authentication. */
export function activate(context: vscode.ExtensionContext): void {
  const folder = process.env[accountFolderVariable] ?? context.globalStorageUri.fsPath;
  mkdirSync(folder, { recursive: true });
  const provider = new TestAccountProvider(folder);
  context.subscriptions.push(
    vscode.authentication.registerAuthenticationProvider('microsoft', 'Microsoft', provider, {
      supportsMultipleAccounts: true,
    }),
    vscode.commands.registerCommand('testAccount.signOut', () => {
      provider.signOut();
    }),
    vscode.commands.registerCommand('testAccount.runPreparedCommand', async () => {
      const { command, argument } = JSON.parse(readFileSync(path.join(folder, commandFile), 'utf8')) as PreparedCommand;
      const result: unknown = await vscode.commands.executeCommand(command, argument);
      // Whole at once: a test may be reading.
      writeFileSync(path.join(folder, `${resultFile}.new`), JSON.stringify({ result }));
      renameSync(path.join(folder, `${resultFile}.new`), path.join(folder, resultFile));
    }),
  );
}

/** Issues sessions for test accounts; it keeps who is signed in on the disk, so that all windows agree. */
class TestAccountProvider implements vscode.AuthenticationProvider {
  readonly #changed = new vscode.EventEmitter<vscode.AuthenticationProviderAuthenticationSessionsChangeEvent>();
  readonly #folder: string;
  /** Sessions that this window was given, so that their end can be announced. */
  readonly #issued = new Map<string, vscode.AuthenticationSession>();

  readonly onDidChangeSessions = this.#changed.event;

  constructor(folder: string) {
    this.#folder = folder;
  }

  getSessions(
    scopes: readonly string[] | undefined,
    options: vscode.AuthenticationProviderSessionOptions,
  ): Promise<vscode.AuthenticationSession[]> {
    return this.#answer('getSessions', scopes ?? [], options, () =>
      this.#signedIn()
        .filter((label) => options.account === undefined || options.account.label === label)
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
      this.#setSignedIn([...new Set([...this.#signedIn(), label])]);
      const session = this.#issue(label, scopes);
      this.#changed.fire({ added: [session], removed: [], changed: [] });
      return session;
    });
  }

  removeSession(sessionId: string): Promise<void> {
    return this.#answer('removeSession', [], {}, () => {
      this.#end(this.#signedIn().filter((label) => sessionId.startsWith(`${accountId(label)}/`)));
    });
  }

  signOut(): void {
    this.#end(this.#signedIn());
  }

  #end(labels: readonly string[]): void {
    this.#setSignedIn(this.#signedIn().filter((label) => !labels.includes(label)));
    const removed = [...this.#issued.values()].filter((session) => labels.includes(session.account.label));
    for (const { id } of removed) {
      this.#issued.delete(id);
    }
    this.#changed.fire({ added: [], removed, changed: [] });
  }

  #answer<T>(
    name: AccountCall['name'],
    scopes: readonly string[],
    { account }: vscode.AuthenticationProviderSessionOptions,
    answer: () => T,
  ): Promise<T> {
    const call: AccountCall = { name, scopes, ...(account && { account: account.label }) };
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

  #signedIn(): readonly string[] {
    return (this.#read(signedInFile) as string[] | undefined) ?? this.#behavior().signedIn ?? [];
  }

  #setSignedIn(labels: readonly string[]): void {
    writeFileSync(path.join(this.#folder, signedInFile), JSON.stringify(labels));
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

const defaultTenant = '11111111-1111-4111-8111-111111111111';

/** The claims that a token of Microsoft Entra has for a resource, in a JWT without a signature. */
function unsignedToken(label: string, scopes: readonly string[], behavior: AccountBehavior): string {
  const requestedTenant = scopes.find((scope) => scope.startsWith('VSCODE_TENANT:'))?.slice('VSCODE_TENANT:'.length);
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    aud: scopes.find((scope) => scope.endsWith('/.default'))?.slice(0, -'/.default'.length),
    tid: requestedTenant ?? behavior.tenant ?? defaultTenant,
    oid: accountId(label),
    upn: label,
    iat: now,
    exp: now + (behavior.tokenLifetimeInSeconds ?? 3600),
    uti: randomUUID(),
  };
  return [{ alg: 'none', typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .concat('')
    .join('.');
}

/** An id in the form of a UUID that is the same for the same account in every run. */
function accountId(label: string): string {
  const hash = createHash('sha256').update(label).digest('hex');
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `4${hash.slice(13, 16)}`,
    `8${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join('-');
}
