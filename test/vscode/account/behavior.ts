/** Names the folder through which a test and the test account speak, in the environment of the extension host. */
export const accountFolderVariable = 'TEST_ACCOUNT_FOLDER';

/** Written by a test: an `AccountBehavior`, read again at each call. */
export const behaviorFile = 'behavior.json';

/** Written by the test account: the names of the accounts that are signed in to a provider. */
export function signedInFile(provider: ProviderId): string {
  return provider === 'microsoft' ? 'signed-in.json' : `signed-in-${provider}.json`;
}

/** Written by the test account: one `AccountCall` a line. */
export const callsFile = 'calls.jsonl';

/** Written by a test: a `PreparedCommand`, run by "Test Account: Run Prepared Command". */
export const commandFile = 'command.json';

/** Written by the test account: what that command returned, as `{ result }`. */
export const resultFile = 'result.json';

/** The providers that VS Code has for accounts of Microsoft: that of the public cloud, and that of all others. */
export const providerIds = ['microsoft', 'microsoft-sovereign-cloud'] as const;

/** One of these providers. */
export type ProviderId = (typeof providerIds)[number];

/** A call as other code makes it. */
export interface PreparedCommand {
  readonly command: string;
  readonly argument: unknown;
}

/** How the test account behaves; all of it is optional. */
export interface AccountBehavior {
  /** The person cancels in the browser: `createSession` fails as the built-in provider does then. */
  readonly decline?: boolean;
  /** `getSessions` and `createSession` fail with this message. */
  readonly failure?: string;
  /** Accounts that are signed in from the start, until the first sign-in or sign-out changes that. */
  readonly signedIn?: readonly string[];
  /** The account that signs in next, unless the caller names one. Default: operator@contoso.com. */
  readonly account?: string;
  /** The tenants that accounts are in. An account that is not listed is in every tenant. */
  readonly accounts?: readonly AccountTenants[];
  /** The ids of tenants by their domains in lower case, since a tenant may be asked for by either. */
  readonly domains?: Readonly<Record<string, string>>;
  /** The home tenant of accounts that are not listed; a scope `VSCODE_TENANT:<id>` asks for another. */
  readonly tenant?: string;
  /** Default: 3600. Not above 0 means that tokens are expired when they are issued. */
  readonly tokenLifetimeInSeconds?: number;
  /** Whether there is a provider for sovereign clouds too. It is read when VS Code first asks for an account. */
  readonly sovereignCloud?: boolean;
}

/** The tenants of an account. */
export interface AccountTenants {
  readonly label: string;
  /** Ids, that of its home tenant first. */
  readonly tenants: readonly [string, ...string[]];
}

/** One call that the test account has answered, or refused. */
export interface AccountCall {
  readonly name: 'getSessions' | 'createSession' | 'removeSession';
  readonly provider: ProviderId;
  readonly scopes: readonly string[];
  /** The tenant that the scopes ask for, if they do. */
  readonly tenant?: string;
  /** The application that the scopes ask to sign in as, if they do. */
  readonly clientId?: string;
  /** The account that the caller named, if it named one. */
  readonly account?: string;
}
