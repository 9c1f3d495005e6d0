import { readImportJob, readImportJobPage, type ImportJob } from './importJob.ts';
import type { InstanceClient } from './instanceClient.ts';
import type { TraceContext } from './traceContext.ts';

/**
 * What "Import Jobs" can tell of an instance, as the contract of 2023-10-31 has it. An import and a deletion are in each
 * other's way: an instance runs one of them at a time.
 *
 * Each operation throws what {@link InstanceClient} throws.
 */
export class ImportJobs {
  readonly #client: InstanceClient;

  /** @param client one that keeps to the pace of the Jobs API */
  constructor(client: InstanceClient) {
    this.#client = client;
  }

  /**
   * Lists all import jobs that the service remembers, page by page ("List").
   *
   * @param trace its `traceparent` goes with the first page's request; further pages have span ids of their own
   */
  list(trace: TraceContext): AsyncGenerator<readonly ImportJob[], void, void> {
    const first = { url: this.#client.url('/jobs/imports'), trace, traceparent: trace.traceparent };
    return this.#client.pages(first, readImportJobPage, 'import jobs');
  }

  /** Asks for one import job by its id, which is case sensitive ("GetById"). */
  async getById(id: string, trace: TraceContext): Promise<ImportJob> {
    const url = this.#client.url(`/jobs/imports/${encodeURIComponent(id)}`);
    const answer = await this.#client.ask({ method: 'GET', url, trace, repeat: 'reads', expect: 200 });
    const job = readImportJob(answer.body);
    if (job === undefined) {
      throw this.#client.unexpected(answer, 'The answer is not an import job.');
    }
    return job;
  }
}
