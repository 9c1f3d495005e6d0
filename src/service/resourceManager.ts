import type { TokenCredential } from '@azure/core-auth';
import type { Cloud } from './cloud.ts';
import { RequestSpacing } from './requestSpacing.ts';
import type { Tenant } from './tenant.ts';
import type { Transport } from './transport.ts';

/** An instance as Azure Resource Graph tells of it. */
export interface ListedInstance {
  /** The resource's name. */
  readonly name: string;
  /** `properties.hostName`, as it came: it has passed no check. */
  readonly hostName: string;
  /** Azure's name of the region, such as `westeurope`. */
  readonly region: string;
  readonly resourceGroup: string;
  readonly resourceId: string;
  readonly subscriptionId: string;
  /** Undefined where it was not told. */
  readonly subscriptionName: string | undefined;
  readonly tenantId: string;
}

/**
 * Azure Resource Manager, as far as it helps to find instances. Its methods throw what requests to instances throw:
 * ServiceError, ConnectionError, UnexpectedAnswerError, and what the credential throws.
 *
 * Loads Azure's own client libraries with the first question.
 */
export class ResourceManager {
  readonly #transport: Omit<Transport, 'credentialOf'>;
  readonly #spacing: RequestSpacing;

  constructor(transport: Omit<Transport, 'credentialOf'>) {
    this.#transport = transport;
    this.#spacing = new RequestSpacing(transport.clock);
  }

  /** The tenants that whoever asks is in. Source: the operation `Tenants - List`. */
  async tenants(cloud: Cloud, credential: TokenCredential): Promise<readonly Tenant[]> {
    return (await this.#client(cloud, credential)).tenants();
  }

  /**
   * All instances that whoever asks can read in the tenant of the token, page by page.
   * Source: the operation `Resources` of Azure Resource Graph.
   */
  async *instances(cloud: Cloud, credential: TokenCredential): AsyncGenerator<readonly ListedInstance[], void, void> {
    yield* (await this.#client(cloud, credential)).instances();
  }

  async #client(
    cloud: Cloud,
    credential: TokenCredential,
  ): Promise<import('./resourceManagerClient.ts').ResourceManagerClient> {
    const { ResourceManagerClient } = await import('./resourceManagerClient.ts');
    return new ResourceManagerClient(cloud, credential, this.#transport, this.#spacing);
  }
}
