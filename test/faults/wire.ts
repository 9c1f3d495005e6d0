import { Agent } from 'node:https';
import {
  createDefaultHttpClient,
  type HttpClient,
  type PipelineRequest,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';

/** What happens to a request on this side of the wire. */
export interface WireOptions {
  /** The certificate to trust besides those that Node trusts anyway; undefined for none. */
  readonly ca: string | undefined;
  /** Host names that no name server knows. */
  readonly unknownNames: ReadonlySet<string>;
  /** Whether the instance is made to hold back its answer: time then passes as if nothing was on the wire. */
  readonly isHeldBack: (request: PipelineRequest) => boolean;
}

/**
 * Node's own HTTP client over real sockets, with the certificate of a simulated instance trusted, and with a count of what
 * is on the wire.
 */
export class Wire implements HttpClient {
  readonly #client = createDefaultHttpClient();
  readonly #options: WireOptions;
  readonly #kept: object;
  readonly #once: object;
  readonly #nameless = new Agent({
    lookup: (hostname, _, answer) => {
      const message = `getaddrinfo ENOTFOUND ${hostname}`;
      answer(Object.assign(new Error(message), { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname }), []);
    },
  });
  /** How many requests are on the wire, without those that are held back. */
  underway = 0;

  constructor(options: WireOptions) {
    this.#options = options;
    // Two of them: the client keeps its connections by these objects, and those of a start are not to be kept.
    this.#kept = { ca: options.ca };
    this.#once = { ca: options.ca };
  }

  async sendRequest(request: PipelineRequest): Promise<PipelineResponse> {
    if (this.#options.unknownNames.has(new URL(request.url).hostname)) {
      request.agent = this.#nameless;
    } else if (this.#options.ca !== undefined) {
      request.tlsSettings = request.disableKeepAlive ? this.#once : this.#kept;
    }
    const counts = this.#options.isHeldBack(request) ? 0 : 1;
    const ends = (): void => {
      this.underway -= counts;
    };
    this.underway += counts;
    try {
      const response = await this.#client.sendRequest(request);
      const { readableStreamBody: body } = response;
      if (body) {
        body.once('close', ends);
      } else {
        ends();
      }
      return response;
    } catch (error) {
      ends();
      throw error;
    }
  }
}
