import { expect, test } from './azureFixtures.ts';
import { addInstance, openSignedIn, startJob } from './journeys.ts';

const host = 'contoso.api.weu.digitaltwins.azure.net';

test('A job runs to its end through the proxy that http.proxy names, and no other host is spoken to', async ({
  workbench,
  azure,
}) => {
  const instance = await azure.instance(host);
  instance.instance.plantDeletionJobs(2);
  await openSignedIn(workbench);
  await addInstance(workbench, { address: host });
  await expect(workbench.row('planted-2')).toBeVisible();
  await startJob(workbench, { address: host });
  await expect(workbench.row(/delete-job-/)).toContainText(/succeeded in \d+ s/, { timeout: 30_000 });
  expect(new Set(instance.requests.map(({ headers }) => headers['host']))).toEqual(new Set([host]));
  expect(new Set(azure.proxy.tunnels.map(({ target }) => target))).toEqual(
    new Set(['management.azure.com:443', `${host}:443`]),
  );
});

test('An additional host of this machine is reached past the proxy', async ({ workbench, simulator, azure }) => {
  simulator.instance.plantDeletionJobs(1);
  await openSignedIn(workbench);
  await addInstance(workbench, simulator);
  await expect(workbench.row('planted-1')).toBeVisible();
  expect(new Set(azure.proxy.tunnels.map(({ target }) => target))).toEqual(new Set(['management.azure.com:443']));
});
