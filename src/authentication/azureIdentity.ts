import type { AccessToken, GetTokenOptions, TokenCredential } from '@azure/core-auth';
import {
  AzureCliCredential,
  AzureDeveloperCliCredential,
  AzurePowerShellCredential,
  DefaultAzureCredential,
  EnvironmentCredential,
  ManagedIdentityCredential,
  WorkloadIdentityCredential,
} from '@azure/identity';
import { credentialTitles, type CredentialKind } from '../service/credentialKind.ts';
import type { Log } from '../service/log.ts';
import { credentialFailure } from './credentialFailure.ts';

// 300 KB of code that only those need who chose it: imported by `import()` alone.

/** The credentials that are the library's: all but VS Code's own. */
export type AzureIdentityKind = Exclude<CredentialKind, 'vscode'>;

/** What a credential of the library works with. */
export interface AzureIdentityOptions {
  /** Id or domain; without one, the tenant that the credential itself is set to. */
  readonly tenantId?: string | undefined;
  /** Origin of Microsoft Entra. The command line tools don't take it: each has a setting of its own for the cloud. */
  readonly authority: string;
  /** Gets a line for each token and each failure, without secrets. */
  readonly log: Log;
  /** Milliseconds until an answer is given up; default 25 s. */
  readonly timeLimitInMs?: number;
}

/** Milliseconds: before the 30 s after which the pipeline gives up, because here it is known what was waited for. */
const defaultTimeLimitInMs = 25_000;

/** For the life of the process: the library keeps its tokens in the credentials. */
const kept = new Map<string, AzureIdentityCredential>();

/**
 * A credential of `@azure/identity`, the same object for the same kind, tenant and authority. None of them ever opens a
 * window or a browser.
 *
 * The command line tools are found on the PATH of the extension host, which is that of VS Code's start, and run without
 * a shell (their batch files on Windows by cmd.exe); in a remote window, on the machine where the extension runs.
 * `default` asks environment, workload identity, managed identity, Azure CLI, Azure PowerShell and Azure Developer CLI
 * in this order, or those that the environment variable AZURE_TOKEN_CREDENTIALS names: the library's own chain, whose
 * other members need plugins that are not here. A managed identity is the one that AZURE_CLIENT_ID names, or the
 * machine's own.
 *
 * Its `getToken` throws SignInFailedError and nothing else. A tenant in the options of `getToken` goes before that of
 * the credential.
 */
export function azureIdentityCredential(kind: AzureIdentityKind, options: AzureIdentityOptions): TokenCredential {
  const key = JSON.stringify([kind, options.tenantId, options.authority]);
  const credential = kept.get(key) ?? new AzureIdentityCredential(kind, options);
  kept.set(key, credential);
  return credential;
}

class AzureIdentityCredential implements TokenCredential {
  readonly #kind: AzureIdentityKind;
  readonly #options: AzureIdentityOptions;
  #credential: TokenCredential | undefined;
  readonly #underWay = new Map<string, Promise<AccessToken>>();

  constructor(kind: AzureIdentityKind, options: AzureIdentityOptions) {
    this.#kind = kind;
    this.#options = options;
  }

  /** All who ask the same at the same time get one answer: a window with many instances starts one process. */
  getToken(scopes: string | string[], options: GetTokenOptions = {}): Promise<AccessToken> {
    const tenantId = options.tenantId ?? this.#options.tenantId;
    const question = { ...options, ...(tenantId !== undefined && { tenantId }) };
    // What one of them gives up, the others may still wait for.
    delete question.abortSignal;
    const list = [scopes].flat();
    const key = JSON.stringify([list, tenantId, options.claims, options.enableCae]);
    const answer =
      this.#underWay.get(key) ??
      this.#ask(list, question).finally(() => {
        this.#underWay.delete(key);
      });
    this.#underWay.set(key, answer);
    return answer;
  }

  async #ask(scopes: string[], question: GetTokenOptions): Promise<AccessToken> {
    const { log, timeLimitInMs = defaultTimeLimitInMs } = this.#options;
    const title = credentialTitles[this.#kind];
    const what = `for ${scopes.join(' ')}${question.tenantId === undefined ? '' : `, tenant ${question.tenantId}`}`;
    try {
      // A constructor may throw, so it is called no earlier; what it threw is not kept.
      this.#credential ??= libraryCredential(this.#kind, this.#options, timeLimitInMs);
      const late = `${title} gave no answer within ${timeLimitInMs / 1000} s.`;
      const token = await inTime(this.#credential.getToken(scopes, question), timeLimitInMs, late);
      if (!token?.token || !Number.isFinite(token.expiresOnTimestamp)) {
        throw new Error(`The answer of ${title} holds no token with an expiry.`);
      }
      log.trace(`A token ${what} from ${title}, until ${new Date(token.expiresOnTimestamp).toISOString()}`);
      return token;
    } catch (error) {
      const failure = credentialFailure(error, this.#kind, question.tenantId);
      // No more than a trace: whoever asked logs the failure.
      log.trace(`No token ${what} from ${title}: ${failure.message}`);
      throw failure;
    }
  }
}

function libraryCredential(
  kind: AzureIdentityKind,
  { tenantId, authority }: AzureIdentityOptions,
  timeLimitInMs: number,
): TokenCredential {
  const tenant = tenantId === undefined ? {} : { tenantId };
  const tenants = { ...tenant, additionallyAllowedTenants: ['*'] };
  // The process ends after nobody waits for it any more: earlier, its end would say less than the time limit does.
  const tool = { ...tenants, processTimeoutInMs: timeLimitInMs + 1000 };
  // The authority is from our own table: there is nothing to discover.
  const entra = { ...tenants, authorityHost: authority, disableInstanceDiscovery: true };
  switch (kind) {
    case 'azureCli':
      return new AzureCliCredential(tool);
    case 'azureDeveloperCli':
      return new AzureDeveloperCliCredential(tool);
    case 'azurePowerShell':
      return new AzurePowerShellCredential(tool);
    case 'environment':
      return new EnvironmentCredential(entra);
    case 'workloadIdentity':
      return new WorkloadIdentityCredential(entra);
    case 'managedIdentity':
      return new ManagedIdentityCredential(managedIdentity(authority));
    case 'default':
      return new DefaultAzureCredential({ ...entra, processTimeoutInMs: tool.processTimeoutInMs });
  }
}

function managedIdentity(authority: string): { authorityHost: string; clientId?: string } {
  const clientId = process.env['AZURE_CLIENT_ID'];
  return {
    authorityHost: authority,
    ...(clientId && { clientId }),
    // Asks whether there is a metadata service, as in the chain: elsewhere than on Azure it is known after a second.
    ...{ sendProbeRequest: true },
  };
}

/** The answer, or an error with the message `late` when it takes longer. */
async function inTime<T>(answer: Promise<T>, limitInMs: number, late: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(late));
    }, limitInMs);
  });
  try {
    return await Promise.race([answer, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
