import { InstanceHost } from '../service/instanceHost.ts';
import type { Versions } from './diagnostics.ts';
import { jobJson } from './jobJson.ts';
import { fromStored, type StoredJobs } from './storedJob.ts';

/**
 * All remembered jobs as JSON text: instance by instance, each job as its document has it, newest first.
 *
 * @returns the text, and how many jobs are in it
 */
export function historyJson(
  instances: readonly StoredJobs[],
  versions: Versions,
  now: number,
): { readonly text: string; readonly count: number } {
  const jobs = instances
    .flatMap(({ hostname, jobs: stored }) => {
      const host = hostOf(hostname);
      return host ? stored.map((job) => fromStored(host, job)) : [];
    })
    .sort((a, b) => begunAt(b) - begunAt(a) || 0)
    .map(jobJson);
  const content = { exported: new Date(now).toISOString(), versions: Object.fromEntries(versions), jobs };
  return { text: `${JSON.stringify(content, undefined, 2)}\n`, count: jobs.length };
}

/** Nothing is sent to these hosts: one that was allowed once stays in the history. */
function hostOf(hostname: string): InstanceHost | undefined {
  try {
    return InstanceHost.parse(hostname, [hostname]);
  } catch {
    // Edited by hand into what no instance can be called.
    return undefined;
  }
}

function begunAt({ createdAt, start }: ReturnType<typeof fromStored>): number {
  return createdAt ?? start?.startedAt ?? 0;
}
