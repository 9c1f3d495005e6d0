import { Contents } from './contents.ts';
import { DeleteJobs } from './deleteJobs.ts';
import { SignInRequiredError } from './errors.ts';
import { ImportJobs } from './importJobs.ts';
import { InstanceClient, type InstanceClientOptions } from './instanceClient.ts';
import type { InstanceHost } from './instanceHost.ts';
import { RequestPacer } from './requestPacer.ts';
import { RequestSpacing } from './requestSpacing.ts';
import type { Transport } from './transport.ts';

/** Milliseconds for the answer to a query: the service ends one after 60 s and says so. */
const queryTimeLimitInMs = 70_000;

/** What can be asked of one instance. */
export interface InstanceServices {
  readonly deleteJobs: DeleteJobs;
  readonly importJobs: ImportJobs;
  readonly contents: Contents;
}

/** The data plane of Azure Digital Twins: one set of clients for each instance, so that all share its budget of requests. */
export class DataPlane {
  readonly #transport: Transport;
  readonly #spacing: RequestSpacing;
  readonly #services = new Map<string, InstanceServices>();

  constructor(transport: Transport) {
    this.#transport = transport;
    this.#spacing = new RequestSpacing(transport.clock);
  }

  /** The clients of an instance. */
  forHost(host: InstanceHost): InstanceServices {
    const services = this.#services.get(keyOf(host)) ?? this.#make(host);
    this.#services.set(keyOf(host), services);
    return services;
  }

  /** A client of its own for work with very many requests, which are not spaced out. */
  bulkClient(
    host: InstanceHost,
    options: Pick<InstanceClientOptions, 'patience' | 'signal' | 'logged'>,
  ): InstanceClient {
    return new InstanceClient(host, this.#transport, { ...options, timeLimitInMs: queryTimeLimitInMs });
  }

  /** Why nobody can ask an instance without signing in first; undefined when somebody can. Sends nothing to it. */
  async missingSignIn(host: InstanceHost): Promise<SignInRequiredError | undefined> {
    try {
      await this.#transport.credentialOf(host).getToken(host.cloud.dataPlaneScope);
      return undefined;
    } catch (error) {
      // Whatever else it is, a request will tell.
      return error instanceof SignInRequiredError ? error : undefined;
    }
  }

  #make(host: InstanceHost): InstanceServices {
    // Deletions and imports are one API with one limit; queries and models have others, far out of reach.
    const spacing = this.#spacing;
    const pacer = new RequestPacer(host, this.#transport);
    const jobs = new InstanceClient(host, this.#transport, { spacing, pacer });
    const reads = new InstanceClient(host, this.#transport, { spacing, timeLimitInMs: queryTimeLimitInMs });
    return { deleteJobs: new DeleteJobs(jobs), importJobs: new ImportJobs(jobs), contents: new Contents(reads) };
  }
}

/** A host of the setting `digitalTwins.additionalHosts` is of whatever cloud is worked with. */
function keyOf({ hostname, cloud }: InstanceHost): string {
  return `${cloud.name}/${hostname}`;
}
