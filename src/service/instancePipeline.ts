import {
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineRequest,
  isRestError,
  type HttpClient,
  type HttpMethods,
  type Pipeline,
} from '@azure/core-rest-pipeline';
import { ConnectionError, type Exchange } from './errors.ts';
import type { GrowingBuffer } from './growingBuffer.ts';
import type { InstanceClientOptions } from './instanceClient.ts';
import type { InstanceHost } from './instanceHost.ts';
import type { BytesRequest, BytesResponse } from './policies.ts';
import { requestPipeline, type PipelineOptions } from './requestPipeline.ts';
import type { Transport } from './transport.ts';

// Half of all code, and of no use until something is asked: imported by `import()` alone.

/** A request to an instance. */
export interface InstanceRequest {
  readonly method: HttpMethods;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly repeat: PipelineOptions['repeat'];
  /** The status whose answers are wanted as bytes, and where those are put; all others come as text. */
  readonly bytes?: { readonly status: number; readonly into: GrowingBuffer };
  /** Ends the request when it aborts. */
  readonly abortSignal?: AbortSignal;
}

/** The way of requests to an instance and of the answers back. */
export class InstancePipeline {
  readonly #httpClient: HttpClient;
  readonly #pipelines = new Map<PipelineOptions['repeat'], Pipeline>();
  readonly #make: (repeat: PipelineOptions['repeat']) => Pipeline;

  constructor(host: InstanceHost, transport: Transport, options: InstanceClientOptions) {
    this.#httpClient = transport.httpClient ?? createDefaultHttpClient();
    const common = {
      ...options,
      origin: host.origin,
      credential: transport.credentialOf(host),
      scope: host.cloud.dataPlaneScope,
    };
    this.#make = (repeat) => requestPipeline(transport, { ...common, repeat });
  }

  /**
   * Sends a request and gives the answer, whatever its status.
   *
   * @throws ConnectionError when no answer came, an AbortError of the library when the signal aborted, and what the
   *   credential throws
   */
  async send(exchange: Exchange, { url, headers, repeat, bytes, ...rest }: InstanceRequest): Promise<BytesResponse> {
    const request: BytesRequest = createPipelineRequest({
      ...rest,
      url: url.href,
      headers: createHttpHeaders(headers),
      // A kept connection that the other side has just closed would make a sent POST look lost.
      disableKeepAlive: repeat === 'once',
      ...(bytes && { streamResponseStatusCodes: new Set([bytes.status]) }),
    });
    if (bytes) {
      request.bytesInto = bytes.into;
    }
    try {
      return await this.#pipeline(repeat).sendRequest(this.#httpClient, request);
    } catch (error) {
      throw isRestError(error) ? new ConnectionError(exchange, error.code ?? 'REQUEST_SEND_ERROR', error) : error;
    }
  }

  #pipeline(repeat: PipelineOptions['repeat']): Pipeline {
    const pipeline = this.#pipelines.get(repeat) ?? this.#make(repeat);
    this.#pipelines.set(repeat, pipeline);
    return pipeline;
  }
}
