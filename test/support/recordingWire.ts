import type { HttpClient, PipelineRequest, PipelineResponse } from '@azure/core-rest-pipeline';
import { Wire, type WireOptions } from '../faults/wire.ts';

/** A request as it went out, and what came of it. */
export interface WiredRequest {
  readonly method: string;
  /** Still encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty where there was none. */
  readonly body: string;
  /** Undefined as long as no whole answer has come. */
  readonly status: number | undefined;
}

/** Node's own HTTP client over real sockets, which keeps what was sent: the simulated instance keeps no bodies. */
export class RecordingWire implements HttpClient {
  readonly sent: WiredRequest[] = [];
  /** Is told of each request before it goes out, and may hold it back or let it fail. */
  before: ((request: WiredRequest) => void | Promise<void>) | undefined;
  readonly #wire: Wire;

  constructor(options: Pick<WireOptions, 'ca'>) {
    this.#wire = new Wire({ ...options, unknownNames: new Set(), isHeldBack: () => false });
  }

  /** How many requests are on the wire. */
  get underway(): number {
    return this.#wire.underway;
  }

  async sendRequest(request: PipelineRequest): Promise<PipelineResponse> {
    const { method, url, headers, body } = request;
    const { pathname: path, searchParams: query } = new URL(url);
    const text = typeof body === 'string' ? body : '';
    const wired: { -readonly [Key in keyof WiredRequest]: WiredRequest[Key] } = {
      ...{ method, path, query, headers: headers.toJSON(), body: text, status: undefined },
    };
    await this.before?.(wired);
    this.sent.push(wired);
    const response = await this.#wire.sendRequest(request);
    const isWhole = (): void => {
      wired.status = response.status;
    };
    if (response.readableStreamBody) {
      response.readableStreamBody.once('end', isWhole);
    } else {
      isWhole();
    }
    return response;
  }
}
