import { credentialTitles, type CredentialKind } from '../credentialKind.ts';
import { environmentRules, managedIdentityRules, workloadIdentityRules } from './appRules.ts';
import { badTenant, slow, type CredentialEntry, type CredentialRule } from './credentialRule.ts';
import { azureCliRules, azureDeveloperCliRules, azurePowerShellRules } from './toolRules.ts';

export type { CredentialEntry } from './credentialRule.ts';

type SingleKind = Exclude<CredentialKind, 'vscode' | 'default'>;

const rules: Readonly<Record<SingleKind, readonly CredentialRule[]>> = {
  azureCli: azureCliRules,
  azureDeveloperCli: azureDeveloperCliRules,
  azurePowerShell: azurePowerShellRules,
  environment: environmentRules,
  workloadIdentity: workloadIdentityRules,
  managedIdentity: managedIdentityRules,
};

/** By what the words of a failure in the chain of `default` tell whose it is. */
const marks: readonly (readonly [SingleKind, RegExp])[] = [
  ['environment', /EnvironmentCredential/],
  ['workloadIdentity', /WorkloadIdentityCredential/],
  ['managedIdentity', /ManagedIdentityCredential|IMDS/],
  ['azureDeveloperCli', /Azure Developer CLI|\bazd\b/],
  ['azurePowerShell', /PowerShell|Connect-AzAccount|Az\.Account/i],
  ['azureCli', /Azure CLI|\baz (login|account|logout)\b/],
];

const chainRules: readonly CredentialRule[] = [
  {
    words: /Invalid value for AZURE_TOKEN_CREDENTIALS/,
    short: 'AZURE_TOKEN_CREDENTIALS not valid',
    happened: 'The environment variable AZURE_TOKEN_CREDENTIALS has a value that names no credential.',
    advice: 'Correct or remove it, then restart VS Code; or choose another credential for the instance.',
    remedy: 'switchAccount',
  },
  {
    words: /Failed to retrieve a valid token/,
    short: 'No credential worked',
    happened: 'The credential that the environment variable AZURE_TOKEN_CREDENTIALS names is not set up here.',
    advice: 'Set it up, or choose another credential for the instance.',
    remedy: 'switchAccount',
  },
  badTenant,
  slow,
];

/**
 * What a failure of a credential means.
 *
 * @param credential what was asked for a token
 * @param message the message of its SignInFailedError
 * @returns undefined for VS Code's own sign-in, and where nothing can be said that fits this credential alone
 */
export function credentialEntry(credential: CredentialKind, message: string): CredentialEntry | undefined {
  if (credential === 'vscode') {
    return undefined;
  }
  if (credential !== 'default') {
    return entryOf(credential, rules[credential], message);
  }
  const all = /None of the credentials gave a token: (.*)/s.exec(message)?.[1];
  if (all !== undefined) {
    return chainEntry(all.split(' | '), message);
  }
  // One that was there failed, which ends the chain.
  const kind = kindOf(message);
  const own = entryOf(credential, chainRules, message);
  return own ?? (kind && entryOf(kind, rules[kind], message));
}

function kindOf(text: string): SingleKind | undefined {
  return marks.find(([, words]) => words.test(text))?.[0];
}

/** None of a chain worked: names each with what it lacks. */
function chainEntry(failures: readonly string[], message: string): CredentialEntry {
  const tried = failures.flatMap((failure) => {
    const kind = kindOf(failure);
    if (kind === undefined) {
      return /AADSTS\d+/.exec(failure)?.[0] ?? [];
    }
    return entryOf(kind, rules[kind], failure)?.short ?? `${credentialTitles[kind]} failed`;
  });
  return filled('default', message, {
    short: 'No credential worked',
    happened: `None of the default credentials gave a token: ${tried.join('; ')}.`,
    advice:
      'Sign in with "az login{ --tenant}" for one, then try again, or choose a credential for the instance. ' +
      'The setting digitalTwins.credential has the default.',
    remedy: 'switchAccount',
  });
}

function entryOf(
  kind: CredentialKind,
  candidates: readonly CredentialRule[],
  message: string,
): CredentialEntry | undefined {
  const rule = candidates.find(({ words }) => words.test(message));
  return rule && filled(kind, message, rule);
}

function filled(
  kind: CredentialKind,
  message: string,
  { short, happened, advice, remedy }: Omit<CredentialRule, 'words'>,
): CredentialEntry {
  const found = (pattern: RegExp): string | undefined => pattern.exec(message)?.[1];
  const tenant = found(/\[tenant: ([\w.-]+)\]/);
  const scope = found(/--scope ([\w.:/-]+)/);
  const details: Readonly<Record<string, string>> = {
    title: credentialTitles[kind],
    tenant: tenant === undefined ? 'the tenant that was asked for' : `the tenant ${tenant}`,
    missing: found(/\[not set: ([^\]]+)\]/) ?? '',
    seconds: found(/within ([\d.]+) s/) ?? '',
  };
  const option = (name: string): string => {
    const value = name.endsWith('scope') ? scope : tenant;
    return value === undefined ? '' : `${name} ${value}`;
  };
  const words = (text: string): string =>
    text.replace(/\{([^}]+)\}/g, (_, name: string) => details[name] ?? option(name));
  return { short: words(short), happened: words(happened), advice: words(advice), remedy, help: 'other-credentials' };
}
