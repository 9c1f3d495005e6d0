import { setTimeout as wait } from 'node:timers/promises';
import { oldJobPrefix, type Extent, type Instances } from './instances.ts';
import type { ProbeLink } from './probeLink.ts';
import type { Phase } from './report.ts';
import type { BenchWindow } from './window.ts';

/** A phase is given up after so many milliseconds. */
const patienceMs = 120_000;

const baselineMs = 10_000;
const watchingMs = 30_000;

/** Goes through all phases and measures each. `measured` is told of each as it ends. */
export async function runScenario(
  {
    probe,
    window,
    instances,
    extent,
  }: {
    readonly probe: ProbeLink;
    readonly window: BenchWindow;
    readonly instances: Instances;
    readonly extent: Extent;
  },
  profileOf: (phase: number) => string | undefined,
  measured: (phase: Phase) => void,
): Promise<Phase[]> {
  const phases: Phase[] = [];
  const measure = async (title: string, act: () => Promise<unknown>): Promise<void> => {
    const before = instances.traffic();
    await probe.begin(profileOf(phases.length));
    await act();
    const measurement = await probe.end();
    const after = instances.traffic();
    const requests = after.requests - before.requests;
    const connections = after.connections - before.connections;
    const phase = { title, measurement, requests, connections };
    phases.push(phase);
    measured(phase);
  };
  const { small, large } = instances;
  const add = (hostname: string): Promise<void> => probe.execute('digitalTwins.addInstance', { hostname });

  // Before the first command, so that nothing of ours has anything to do; VS Code itself is quiet once this has run.
  await probe.execute('workbench.view.explorer');
  await measure('baseline: nothing to do', () => wait(baselineMs));

  await measure(`add ${small.length} instances, list and show them`, async () => {
    for (const { address } of small) {
      await add(address);
    }
    await window.untilBadge(small.length, patienceMs);
  });

  const newest = `${oldJobPrefix}${extent.oldJobs}`;
  await measure(`add the instance with ${extent.oldJobs} old jobs, list and show them`, async () => {
    await add(large.address);
    await window.untilBadge(extent.instances, patienceMs);
    await window.untilRow(newest, patienceMs);
  });

  await measure(`watch ${extent.instances} running jobs, view visible`, () => wait(watchingMs));

  await measure('refresh all, nothing new, view visible', () => probe.execute('digitalTwins.refresh'));

  await probe.execute('workbench.view.explorer');
  await window.untilHidden(patienceMs);
  const fresh = 'fresh-1';
  large.instance.plantDeletionJob({ id: fresh, createdAt: Date.now(), finishedAt: Date.now() });
  await measure('refresh all, one new job, view hidden', () => probe.execute('digitalTwins.refresh'));

  await measure(`show the view: draw the tree with ${extent.oldJobs} old jobs`, async () => {
    await probe.execute('digitalTwins.jobs.focus');
    await window.untilRow(fresh, patienceMs);
  });

  await measure(`end of all ${extent.instances} jobs at once, found by watching`, async () => {
    instances.endJobs();
    await window.untilBadge(0, patienceMs);
  });
  return phases;
}
