import type { InstanceResource } from './directory.ts';

/** Regions, with Azure's short names of them in host names of instances. */
export const regions: Readonly<Record<string, string>> = {
  westeurope: 'weu',
  westus2: 'wus2',
  eastus: 'eus',
  westcentralus: 'wcus',
};

/** An instance of Azure Digital Twins whose host name is as Azure would make it. */
export function instanceResource(name: string, location: string, resourceGroup: string): InstanceResource {
  return {
    name,
    hostName: `${name}.api.${regions[location] ?? location}.digitaltwins.azure.net`,
    location,
    resourceGroup,
  };
}

/** An id in the form of a UUID, the same for the same hexadecimal digit and number. */
export function guid(kind: string, number: number): string {
  return `${kind.repeat(8)}-0000-4000-8000-${String(number).padStart(12, '0')}`;
}
