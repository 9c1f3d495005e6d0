/** The clouds that there is an entry for in {@link clouds}: the values of the setting `digitalTwins.cloud`. */
export type CloudName = 'AzurePublic' | 'AzureUSGovernment';

/** What differs from one Azure cloud to another. */
export interface Cloud {
  readonly name: CloudName;
  /** What people call it. */
  readonly title: string;
  /** The domain that the host names of its instances end with. */
  readonly instanceDomain: string;
  /** The scope of a token for the data plane of Azure Digital Twins. */
  readonly dataPlaneScope: string;
  /** Origin of Azure Resource Manager. */
  readonly resourceManager: string;
  /** The scope of a token for Azure Resource Manager. */
  readonly resourceManagerScope: string;
  /** Origin of Microsoft Entra. */
  readonly authority: string;
  /** The id of VS Code's authentication provider. */
  readonly signInProvider: 'microsoft' | 'microsoft-sovereign-cloud';
  /** Origin of the Azure portal. */
  readonly portal: string;
}

/**
 * All that depends on the cloud, in one place.
 *
 * Azure Government is not tried against the real cloud. Its addresses are those of
 * https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure; its scope is the public
 * one, which Microsoft's client libraries for Azure Digital Twins ask for whatever the cloud.
 */
export const clouds: Readonly<Record<CloudName, Cloud>> = {
  AzurePublic: {
    name: 'AzurePublic',
    title: 'Azure',
    instanceDomain: 'digitaltwins.azure.net',
    dataPlaneScope: 'https://digitaltwins.azure.net/.default',
    resourceManager: 'https://management.azure.com',
    resourceManagerScope: 'https://management.azure.com/.default',
    authority: 'https://login.microsoftonline.com',
    signInProvider: 'microsoft',
    portal: 'https://portal.azure.com',
  },
  AzureUSGovernment: {
    name: 'AzureUSGovernment',
    title: 'Azure Government',
    instanceDomain: 'digitaltwins.azure.us',
    dataPlaneScope: 'https://digitaltwins.azure.net/.default',
    resourceManager: 'https://management.usgovcloudapi.net',
    resourceManagerScope: 'https://management.usgovcloudapi.net/.default',
    authority: 'https://login.microsoftonline.us',
    signInProvider: 'microsoft-sovereign-cloud',
    portal: 'https://portal.azure.us',
  },
};
