import { startForwardProxy } from '../support/forwardProxy.ts';
import { expect, test } from './fixtures.ts';
import { openSignedIn } from './journeys.ts';

const host = 'contoso.api.weu.digitaltwins.azure.net';

test.use({ simulatorOptions: { graph: { twins: 20 }, queryLagMs: 0, hostNames: [host] } });

test('An instance is reached by its own host name through the proxy that http.proxy names', async ({
  workbench,
  vscode,
  simulator,
}) => {
  simulator.instance.plantDeletionJobs(2);
  const proxy = await startForwardProxy({ [`${host}:443`]: simulator.port });
  await vscode.changeSettings({ 'http.proxy': proxy.origin });
  await openSignedIn(workbench);
  await workbench.runCommand('Azure Digital Twins: Add Instance…');
  await workbench.typeInQuickInput(host);
  await workbench.accept();
  await expect(workbench.row('planted-2')).toBeVisible();
  expect(simulator.requests.map(({ headers }) => headers['host'])).toContain(host);
  expect(new Set(proxy.tunnels.map(({ target }) => target))).toEqual(new Set([`${host}:443`]));
  await proxy.close();
});
