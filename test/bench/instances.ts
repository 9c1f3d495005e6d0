import path from 'node:path';
import { writeFile } from 'node:fs/promises';
import { makeCertificate } from '../simulator/certificate.ts';
import { startSimulator, type Simulator } from '../simulator/simulator.ts';

/** The simulated instances of a run, each with one job that is running; one has all the old jobs too. */
export interface Instances {
  readonly small: readonly Simulator[];
  readonly large: Simulator;
  /** Host and port of each. */
  readonly addresses: readonly string[];
  /** The one certificate of all. */
  readonly certificateFile: string;
  readonly traffic: () => Traffic;
  /** Ends all running jobs at once. */
  readonly endJobs: () => void;
  readonly close: () => Promise<void>;
}

/** How much of everything there is. */
export interface Extent {
  readonly instances: number;
  readonly oldJobs: number;
  readonly jobsPerPage: number;
  /** How long an instance keeps a connection open without a request. */
  readonly keepAliveMs: number;
}

/** How much the instances have had to do so far. */
export interface Traffic {
  readonly requests: number;
  /** Each with a TLS handshake. */
  readonly connections: number;
}

/** What the ids of the old jobs start with; a number follows, the highest is the newest job's. */
export const oldJobPrefix = 'old-';

/** Starts the instances, in this process and so outside of the one that is measured. */
export async function startInstances(extent: Extent, folder: string): Promise<Instances> {
  const file = path.join(folder, 'certificate.pem');
  const certificate = { ...(await makeCertificate(['localhost', '127.0.0.1', '::1'])), file };
  await writeFile(file, certificate.certificatePem);
  const { jobsPerPage, keepAliveMs } = extent;
  const start = (): Promise<Simulator> => startSimulator({ certificate, jobsPerPage, keepAliveMs });
  const large = await start();
  const small: Simulator[] = [];
  while (small.length + 1 < extent.instances) {
    small.push(await start());
  }
  const all = [...small, large];
  large.instance.plantDeletionJobs(extent.oldJobs, oldJobPrefix);
  const createdAt = Date.now() - 10 * 60_000;
  const running = all.map((simulator, index) => ({ simulator, id: `running-${index + 1}` }));
  for (const { simulator, id } of running) {
    simulator.instance.plantDeletionJob({ id, status: 'running', createdAt });
  }
  return {
    small,
    large,
    addresses: all.map(({ address }) => address),
    certificateFile: file,
    traffic: () => ({
      requests: all.reduce((sum, { requests }) => sum + requests.length, 0),
      connections: all.reduce((sum, { connections }) => sum + connections, 0),
    }),
    endJobs: () => {
      for (const { simulator, id } of running) {
        simulator.instance.plantDeletionJob({ id, status: 'succeeded', createdAt, finishedAt: Date.now() });
      }
    },
    close: async () => {
      await Promise.all(all.map((simulator) => simulator.close()));
    },
  };
}
