import {
  createHttpHeaders,
  type HttpClient,
  type PipelineRequest,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';

/** An answer to give: a status with headers and a body, or what to throw. */
export type Scripted =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: unknown }
  | Error
  | ((request: PipelineRequest) => Promise<PipelineResponse>);

/** One request as it went out. */
export interface SentRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/** An HTTP client that sends nothing: it gives the scripted answers in order and keeps the requests. */
export class ScriptedHttp implements HttpClient {
  readonly sent: SentRequest[] = [];
  readonly #answers: Scripted[];

  constructor(...answers: Scripted[]) {
    this.#answers = answers;
  }

  /** Adds answers to give. */
  script(...answers: Scripted[]): void {
    this.#answers.push(...answers);
  }

  async sendRequest(request: PipelineRequest): Promise<PipelineResponse> {
    this.sent.push({ method: request.method, url: new URL(request.url), headers: request.headers.toJSON() });
    const answer = this.#answers.shift();
    if (answer === undefined) {
      throw new Error(`No answer is scripted for ${request.method} ${request.url}`);
    }
    if (answer instanceof Error) {
      throw answer;
    }
    if (typeof answer === 'function') {
      return answer(request);
    }
    const { status, headers = {}, body = '' } = answer;
    return {
      request,
      status,
      headers: createHttpHeaders(headers),
      bodyAsText: typeof body === 'string' ? body : JSON.stringify(body),
    };
  }
}
