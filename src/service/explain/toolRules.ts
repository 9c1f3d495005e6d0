import { badTenant, elsewhere, networkRules, restart, secondFactor, slow, unknownTenant } from './credentialRule.ts';
import type { CredentialRule } from './credentialRule.ts';

/** A command line tool that can be asked for tokens. */
interface Tool {
  readonly title: string;
  /** What is typed to run it. */
  readonly command: string;
  /** Where it is to be had. */
  readonly page: string;
  /** Signs in, in the tenant where that is known. */
  readonly login: string;
  /** The same for the scope that was asked for, so that all that its use demands is asked at once. */
  readonly loginForScope: string;
  readonly logout: string;
  /** Where a proxy and root certificates are set. */
  readonly network: string;
  /** What the library says when it finds none. */
  readonly notFound: RegExp;
  /** What the library says when nobody is signed in. */
  readonly notSignedIn: RegExp;
  /** What only this tool can fail with. */
  readonly more: readonly CredentialRule[];
}

const azureCli: Tool = {
  title: 'Azure CLI',
  command: 'az',
  page: 'https://aka.ms/azure-cli',
  login: 'az login{ --tenant}',
  loginForScope: 'az login{ --tenant}{ --scope}',
  logout: 'az logout',
  network:
    'It takes its proxy from HTTPS_PROXY and root certificates from REQUESTS_CA_BUNDLE. The log has the details.',
  notFound: /Azure CLI could not be found/,
  notSignedIn: /run 'az login' from a command prompt/,
  more: [
    {
      words: /No subscription found|subscription of '.*' doesn't exist/i,
      short: 'No subscription',
      happened: 'Azure CLI has no subscription to work with.',
      advice: `Run "az login{ --tenant} --allow-no-subscriptions" in a terminal, then try again, ${elsewhere}`,
      remedy: 'switchAccount',
    },
  ],
};

const azureDeveloperCli: Tool = {
  title: 'Azure Developer CLI',
  command: 'azd',
  page: 'https://aka.ms/azd',
  login: 'azd auth login{ --tenant-id}',
  loginForScope: 'azd auth login{ --tenant-id}{ --scope}',
  logout: 'azd auth logout',
  network: 'It takes its proxy from HTTPS_PROXY, not from the settings of VS Code. The log has the details.',
  notFound: /Azure Developer CLI couldn't be found/,
  notSignedIn: /run 'azd auth login' from a command prompt/,
  more: [],
};

const azurePowerShell: Tool = {
  title: 'Azure PowerShell',
  command: 'pwsh',
  page: 'https://aka.ms/install-powershell',
  login: 'Connect-AzAccount{ -Tenant}',
  loginForScope: 'Connect-AzAccount{ -Tenant}',
  logout: 'Disconnect-AzAccount',
  network: 'It takes its proxy from HTTPS_PROXY, not from the settings of VS Code. The log has the details.',
  notFound: /Unable to execute PowerShell/,
  notSignedIn: /run 'Connect-AzAccount' from PowerShell/,
  more: [
    {
      // The library knows its own words of it, and those of an older PowerShell come as they are.
      words: /'Az\.Account' module .* is not installed|module 'Az\.Accounts'.* was not loaded/,
      short: 'Az.Accounts not installed',
      happened: 'PowerShell is there, but its module Az.Accounts, version 2.2 or newer, is not.',
      advice:
        'Run "Install-Module Az.Accounts -Scope CurrentUser" in PowerShell, then "Connect-AzAccount{ -Tenant}", and try again.',
      remedy: 'switchAccount',
    },
  ],
};

export const azureCliRules = rulesOf(azureCli);
export const azureDeveloperCliRules = rulesOf(azureDeveloperCli);
export const azurePowerShellRules = rulesOf(azurePowerShell);

function rulesOf(tool: Tool): readonly CredentialRule[] {
  const { title, command } = tool;
  return [
    {
      words: tool.notFound,
      short: `${title} not found`,
      happened: `${title} (${command}) was not found on the machine where this extension runs.`,
      advice: `Install it from ${tool.page}, sign in with "${tool.login}", ${restart}. Or choose another credential.`,
      remedy: 'switchAccount',
    },
    {
      words: /doesn't support claims challenges/,
      short: 'New sign-in required',
      happened: `A new sign-in is asked for, with a second factor for one, and only ${title} itself can ask you for it.`,
      advice: `Run "${tool.loginForScope}" in a terminal, then try again.`,
      remedy: 'switchAccount',
    },
    {
      words: tool.notSignedIn,
      short: `${title} not signed in`,
      happened: `Nobody is signed in to ${title}, or the sign-in is no longer valid.`,
      advice: `Run "${tool.login}" in a terminal, then try again, ${elsewhere}`,
      remedy: 'switchAccount',
    },
    {
      words: /AADSTS(50078|50089|50132|50133|500133|50173|70008|70043|700082|700084)\b/,
      short: `${title} sign-in expired`,
      happened: `The sign-in that ${title} remembers has expired or was revoked.`,
      advice: `Run "${tool.logout}", then "${tool.login}" in a terminal, and try again.`,
      remedy: 'switchAccount',
    },
    {
      words: secondFactor,
      short: 'Second factor required',
      happened: `Your organization asks for a second factor, and only ${title} itself can ask you for it.`,
      advice: `Run "${tool.loginForScope}" in a terminal, then try again.`,
      remedy: 'switchAccount',
    },
    {
      words: /AADSTS(16000|50020|50034|51004|90072)\b/,
      short: 'Account not in the tenant',
      happened: `The account that is signed in to ${title} is not in {tenant}.`,
      advice: `Run "${tool.login}" in a terminal with an account of that tenant, ${elsewhere}`,
      remedy: 'switchAccount',
    },
    ...tool.more,
    unknownTenant,
    badTenant,
    slow,
    ...networkRules(tool.network),
    {
      words: /not valid JSON|Unexpected response from|No access token found|Unable to parse|holds no token/,
      short: `${title} not understood`,
      happened: `${title} gave an answer that holds no token.`,
      advice: 'Update it, then try again. The log has the details.',
      remedy: 'showLog',
    },
  ];
}
