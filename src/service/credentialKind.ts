/** Where tokens can come from: the values of the setting `digitalTwins.credential`, with what people call them. */
export const credentialTitles = {
  vscode: 'VS Code',
  azureCli: 'Azure CLI',
  azureDeveloperCli: 'Azure Developer CLI',
  azurePowerShell: 'Azure PowerShell',
  environment: 'environment variables',
  workloadIdentity: 'workload identity',
  managedIdentity: 'managed identity',
  default: 'default credential',
} as const;

/** Where tokens come from: a Microsoft account of VS Code, or a credential of `@azure/identity`. */
export type CredentialKind = keyof typeof credentialTitles;

/** Reads a value of the setting; undefined when it is none. */
export function readCredentialKind(value: unknown): CredentialKind | undefined {
  return typeof value === 'string' && Object.hasOwn(credentialTitles, value) ? (value as CredentialKind) : undefined;
}
