import { createHash } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './fixtures.ts';
import { addInstance, goToConfirmation, openSignedIn } from './journeys.ts';

const suggestedFile = /\/localhost-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.ndjson$/;

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
    await workbench.chooseFile(file, suggestedFile);
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

test('A file is validated from the editor, and its problems stand in the Problems panel by line', async ({
  workbench,
  folder,
}) => {
  const file = path.join(folder, 'broken.ndjson');
  await writeFile(
    file,
    [
      '{"Section":"Header"}',
      '{"fileVersion":"1.0.0"}',
      '{"Section":"Twins"}',
      '{"$dtId":"a","$metadata":{"$model":"dtmi:com:contoso:Room;1"}}',
      '{"$dtId":"a","$metadata":{"$model":"dtmi:com:contoso:Room;1"}}',
      '{"$dtId":"b","$metadata":',
      '{"Section":"Relationships"}',
      '{"$sourceId":"a","$relationshipId":"r","$targetId":"b","$relationshipName":"has"}',
    ].join('\n'),
  );
  await workbench.openFolder(folder);

  await test.step('The menu of the editor validates', async () => {
    await workbench.openFile('broken.ndjson');
    await workbench.pickFromEditorMenu('Validate Backup');
    const message = workbench.notification("broken.ndjson can't be restored as it is: 3 errors and 1 warning.");
    await workbench.pressNotificationButton(message, 'Show Problems');
    await expect(workbench.problems).toContainText([
      /The twin "a" is in line 4 already\..*Ln 5/,
      /This line is not JSON: .*Ln 6/,
      /This one has "\$sourceId", as query results have.*Ln 8/,
      /The model "dtmi:com:contoso:Room;1" of this twin.*Azure Digital Twins.*Ln 4/,
    ]);
    await workbench.screenshot('backup-5-problems');
  });

  await test.step('A backup that is unchanged by its manifest can be restored whatever the instance had', async () => {
    await workbench.closeNotifications();
    const twin = '{"$dtId":"a","$metadata":{"$model":"dtmi:com:contoso:Room;1"}}';
    const model = '{"@id":"dtmi:com:contoso:Room;1","@type":"Interface","@context":"dtmi:dtdl:context;3"}';
    const backup = ['{"Section":"Header"}', '{"fileVersion":"1.0.0"}', '{"Section":"Models"}', model];
    const lines = [...backup, '{"Section":"Twins"}', twin, twin, ''].join('\n');
    const sha256 = createHash('sha256').update(lines).digest('hex');
    await writeFile(path.join(folder, 'twice.ndjson'), lines);
    await writeFile(path.join(folder, 'twice.ndjson.manifest.json'), JSON.stringify({ manifestVersion: 1, sha256 }));
    await workbench.pickFromExplorerMenu('twice.ndjson', 'Validate Backup');
    await expect(
      workbench.notification('twice.ndjson can be restored: 1 model, 1 twin and 0 relationships. There is 1 warning'),
    ).toBeVisible();
  });

  await test.step('The menu of the explorer refuses to restore it, and sends nothing', async () => {
    await workbench.closeNotifications();
    await workbench.pickFromExplorerMenu('broken.ndjson', 'Restore Backup…');
    await expect(workbench.notification("broken.ndjson can't be restored as it is")).toBeVisible();
  });
});

test('A restore to an instance that holds something takes its name, and keeps its connections', async ({
  workbench,
  simulator,
  folder,
}) => {
  test.slow();
  const { instance } = simulator;
  const file = path.join(folder, 'rooms.ndjson');
  const rooms = Array.from({ length: 300 }, (_, at) =>
    JSON.stringify({ $dtId: `room-${at}`, $metadata: { $model: 'dtmi:digitaltwins:sample:Room;1' }, area: at }),
  );
  const lines = ['{"Section":"Header"}', '{"fileVersion":"1.0.0"}', '{"Section":"Twins"}', ...rooms];
  await writeFile(file, [...lines, '{"$dtId":"bad","$metadata":{"$model":"dtmi:com:contoso:Missing;1"}}'].join('\r\n'));
  await openSignedIn(workbench);
  await addInstance(workbench, simulator);
  await workbench.pickFromRowMenu(workbench.row('localhost'), 'Restore Backup…');
  await workbench.chooseFile(file);
  await expect(workbench.quickInputMessage).toContainText('localhost:');
  await expect(workbench.quickInputMessage).toContainText('What is there stays as it is');
  await workbench.accept();
  await expect(workbench.quickInputMessage).toContainText("This is not the instance's name.");
  const before = simulator.connections;
  await workbench.typeInQuickInput('localhost');
  await workbench.accept();
  const end = workbench.notification(/rooms\.ndjson is restored to localhost/);
  await expect(end).toContainText(
    'Created: 300 twins. The service refused 1 twin. rooms.ndjson.errors.ndjson has it with the reason.',
    { timeout: 60_000 },
  );
  await workbench.screenshot('backup-6-failures');
  expect(instance.counts.twins).toBe(320);
  // One connection for each request would keep VS Code's extension host busy with nothing else.
  expect(simulator.connections - before).toBeLessThan(100);
  await workbench.pressNotificationButton(end, 'Show Failed Items');
  await expect.poll(() => workbench.editorText()).toContain('{"line":304,"section":"Twins","code":"ValidationFailed"');
});

test('A backup that is cancelled leaves nothing behind', async ({ workbench, simulator, folder }) => {
  await openSignedIn(workbench);
  await addInstance(workbench, simulator);
  simulator.faults.next({ path: '/eventroutes' }, { kind: 'delay', ms: 30_000 });
  await workbench.pickFromRowMenu(workbench.row('localhost'), 'Back Up Instance…');
  await workbench.chooseFile(path.join(folder, 'localhost.ndjson'), suggestedFile);
  const running = workbench.notification(/Backing up localhost:\d+/);
  await expect(running).toContainText('verifying');
  await workbench.screenshot('backup-7-running');
  expect((await readdir(folder)).filter((name) => name.endsWith('.partial')).length).toBeGreaterThan(0);
  await workbench.pressNotificationButton(running, 'Cancel');
  await expect(running).toBeHidden();
  await expect.poll(async () => (await readdir(folder)).filter((name) => name.startsWith('localhost'))).toEqual([]);
});
