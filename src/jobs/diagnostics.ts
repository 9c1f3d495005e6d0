import { allDetails, errorCodes } from '../service/deleteJob.ts';
import type { FailedExchange } from '../service/failureJournal.ts';
import { printable } from '../service/printable.ts';
import { withoutSecrets } from '../service/secrets.ts';
import type { DeletionJob } from './deletionJob.ts';
import { jobJson } from './jobJson.ts';
import { describeJob } from './jobText.ts';

/** What runs here, by name and version: `['VS Code', '1.106.0']`. */
export type Versions = readonly (readonly [name: string, version: string])[];

/**
 * One text about a job for a support ticket: versions, host, ids, traceparents, timeline, the service's answer, and the
 * requests to the instance that failed. Nothing in it is secret.
 */
export function diagnostics(
  job: DeletionJob,
  failures: readonly FailedExchange[],
  versions: Versions,
  now: number,
): string {
  const { host, trace, state } = job;
  const ours = failures.filter(({ hostname }) => hostname === host.hostname);
  const error = state.status === 'failed' ? (state.error ?? {}) : undefined;
  const lines = [
    `Deletion job on an Azure Digital Twins instance, ${time(now)}`,
    '',
    ...versions.map(([name, version]) => `${name}: ${version}`),
    '',
    `Host: ${host.hostname}`,
    `Job ID (operation-id): ${printable(job.id, 128)}`,
    `traceparent: ${trace.traceparent}`,
    ...(trace.tracestate === undefined ? [] : [`tracestate: ${trace.tracestate}`]),
    `Status: ${describeJob(job, now)}`,
    ...(error ? [`Error codes: ${codes(errorCodes(error))}`] : []),
    ...(error ? allDetails(error).map((detail) => `Error detail: ${codes(errorCodes(detail))}`) : []),
    '',
    'Timeline:',
    ...(job.start ? [`- ${time(job.start.startedAt)} start written down, then sent`] : []),
    ...job.timeline.map(({ at, what }) => `- ${time(at)} ${printable(what, 200)}`),
    '',
    'The job:',
    JSON.stringify(jobJson(job), undefined, 2),
    '',
    ours.length === 0
      ? 'Failed requests to this instance, in this window: none'
      : 'Failed requests to this instance, in this window:',
    ...ours.flatMap(failureLines),
    '',
  ];
  return withoutSecrets(lines.join('\n'));
}

function failureLines(failure: FailedExchange): string[] {
  const { at, operation, status, code, errorCodes: named, requestId, traceparent, body } = failure;
  return [
    `- ${time(at)} ${operation}: ${status === undefined ? `no answer (${printable(code ?? 'unknown why', 60)})` : `status ${status}`}`,
    `  codes: ${codes(named)}`,
    `  x-ms-request-id: ${printable(requestId ?? 'none', 100)}`,
    `  traceparent: ${traceparent}`,
    ...(body === undefined ? [] : [`  body: ${body === '' ? 'empty' : printable(body, 2000)}`]),
  ];
}

function codes(list: readonly string[]): string {
  return list.length === 0 ? 'none' : list.map((code) => printable(code, 60)).join(' > ');
}

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
