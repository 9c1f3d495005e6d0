import type { Directory } from '../simulator/directory.ts';
import { sampleDirectory } from '../simulator/sampleDirectory.ts';
import { startAzure, type Azure } from '../support/azure.ts';
import { test as base } from './fixtures.ts';

export { expect } from './fixtures.ts';

interface AzureOptions {
  /** Who and what there is: `test.use({ directory: largeDirectory() })`. */
  readonly directory: Directory;
  /** The accounts that VS Code knows from the start. */
  readonly signedIn: readonly string[];
}

interface AzureFixtures {
  /** Azure under its real host names. The instances in it start as `simulatorOptions` says. */
  readonly azure: Azure;
}

/**
 * The `test` of `fixtures.ts`, in which VS Code is behind a proxy that leads to a simulated Azure: the instances of the
 * directory, such as `contoso.api.weu.digitaltwins.azure.net`, are there as if they were real, and the test account's
 * accounts are in the directory's tenants. The instance `simulator` is an additional host besides.
 */
export const test = base.extend<AzureOptions & AzureFixtures>({
  directory: [sampleDirectory, { option: true }],
  signedIn: [[], { option: true }],

  azure: async ({ directory, simulatorOptions }, use) => {
    const azure = await startAzure(directory, simulatorOptions);
    await use(azure);
    await azure.close();
  },

  surroundings: async ({ azure }, use) => {
    await use({ settings: azure.settings, certificate: azure.certificate });
  },

  account: async ({ account, azure, signedIn }, use) => {
    await account.behave({ ...azure.accounts, signedIn });
    await use(account);
  },
});
