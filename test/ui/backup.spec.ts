import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './fixtures.ts';
import { goToConfirmation, openSignedIn } from './journeys.ts';

test.use({
  simulatorOptions: { graph: { twins: 20 }, deletion: { notStartedMs: 500, durationMs: 1000 }, queryLagMs: 0 },
});

test('A person backs up first, empties the instance and restores it to what it was', async ({
  workbench,
  simulator,
  folder,
}) => {
  test.slow();
  const { instance } = simulator;
  instance.plantTwin(
    '{"$dtId":"meter","$metadata":{"$model":"dtmi:digitaltwins:sample:Sensor;1"},"value":1.50,"serial":12345678901234567890}',
  );
  const before = instance.graphText();
  const file = path.join(folder, 'localhost.ndjson');

  await test.step('The confirmation of a deletion offers a backup', async () => {
    await openSignedIn(workbench);
    await workbench.widenSideBar(400);
    await goToConfirmation(workbench, simulator);
    await workbench.screenshot('backup-1-offer');
    await workbench.pressQuickInputButton('Back Up First');
    await workbench.chooseFile(file, /\/localhost-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.ndjson$/);
  });

  await test.step('After the backup it is back, with what was backed up', async () => {
    await expect(workbench.quickInputMessage).toContainText('Backed up to localhost.ndjson: 9 models, 21 twins');
    await workbench.screenshot('backup-2-confirmation');
    expect((await readdir(folder)).filter((name) => name.startsWith('localhost'))).toEqual([
      'localhost.ndjson',
      'localhost.ndjson.manifest.json',
    ]);
  });

  await test.step('The instance is emptied', async () => {
    await workbench.typeInQuickInput('localhost');
    await workbench.accept();
    await expect(
      workbench.notification(/localhost is empty: 9 models, 21 twins and 22 relationships deleted/),
    ).toBeVisible({ timeout: 40_000 });
    expect(instance.graphText()).toEqual([]);
  });

  await test.step('Restoring shows what the file and the instance hold', async () => {
    await workbench.runCommand('Azure Digital Twins: Restore Backup…');
    await workbench.chooseFile(file);
    await expect(workbench.quickInputTitle).toHaveText('Restore Backup: Instance (1/2)');
    await workbench.typeInQuickInput(simulator.address);
    await workbench.accept();
    await expect(workbench.quickInputMessage).toContainText(
      /localhost\.ndjson, backed up from localhost:\d+ on .* UTC, holds 9 models, 21 twins and 22 relationships\. localhost:\d+ is empty/,
    );
    await workbench.screenshot('backup-3-restore');
    await workbench.accept();
  });

  await test.step('The instance is what it was', async () => {
    await expect(workbench.notification(/localhost\.ndjson is restored to localhost/)).toContainText(
      'Created: 9 models, 21 twins and 22 relationships. localhost now holds 9 models, 21 twins and 22 relationships.',
      { timeout: 40_000 },
    );
    await workbench.screenshot('backup-4-restored');
    expect(instance.graphText()).toEqual(before);
  });
});
