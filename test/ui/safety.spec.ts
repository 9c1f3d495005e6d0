import { expect, test } from './fixtures.ts';
import { addInstance, goToConfirmation, openSignedIn, startCommand, startJob, starts } from './journeys.ts';

test.describe('Before a start', () => {
  test('the counts are shown, with their age', async ({ workbench, simulator }) => {
    await openSignedIn(workbench);
    await goToConfirmation(workbench, simulator);
    await expect(workbench.quickInputMessage).toContainText(
      /will be deleted: \d+ models?, 20 twins and \d+ relationships \(counted \d+ s ago/,
    );
    await workbench.screenshot('preflight');
    await workbench.dismiss();
    expect(starts(simulator)).toEqual([]);
  });

  test('an active import is named, nothing is started, and it can be watched to its end', async ({
    workbench,
    simulator,
  }) => {
    const { instance, clock } = simulator;
    instance.plantImportJob({ id: 'import-1', status: 'running', createdAt: clock.now() - 5 * 60_000 });
    await openSignedIn(workbench);
    await workbench.runCommand(startCommand);
    await workbench.typeInQuickInput(simulator.address);
    await workbench.accept();
    await expect(workbench.quickInputTitle).toContainText('Timeout (2/3)');
    await workbench.accept();
    const message = workbench.notification('The import job import-1 is active on localhost, started 5 min ago.');
    await expect(message).toContainText('This attempt deleted nothing.');
    await expect(workbench.quickInput).toBeHidden();
    await workbench.screenshot('active-import');
    await workbench.pressNotificationButton(message, 'Watch It');
    await expect(workbench.notification(/Import job import-1 on localhost:\d+: running/)).toBeVisible();
    instance.plantImportJob({ id: 'import-1', status: 'succeeded' });
    const ended = workbench.notification('The import job import-1 on localhost has ended: succeeded.');
    await expect(ended).toBeVisible({ timeout: 30_000 });
    await workbench.pressNotificationButton(ended, 'Start Deletion Job…');
    await expect(workbench.quickInputTitle).toContainText('Timeout (1/2)');
    expect(starts(simulator)).toEqual([]);
  });

  test('an active deletion job of somebody else can be watched instead', async ({ workbench, simulator }) => {
    simulator.instance.plantDeletionJob({ id: 'nightly', status: 'running', createdAt: Date.now() - 120_000 });
    await openSignedIn(workbench);
    await workbench.runCommand(startCommand);
    await workbench.typeInQuickInput(simulator.address);
    await workbench.accept();
    await expect(workbench.quickInputTitle).toContainText('Timeout (2/3)');
    await workbench.accept();
    const message = workbench.notification('The deletion job nightly is active on localhost, started 2 min ago.');
    await workbench.pressNotificationButton(message, 'Watch It');
    await expect(workbench.row('nightly')).toContainText('running');
    expect(starts(simulator)).toEqual([]);
  });

  test('an empty instance is said to be empty', async ({ workbench, simulator }) => {
    await openSignedIn(workbench);
    await startJob(workbench, simulator);
    await expect(workbench.notification(/localhost is empty: /)).toBeVisible({ timeout: 40_000 });
    await goToConfirmation(workbench, simulator);
    await expect(workbench.quickInputMessage).toContainText('localhost is empty: no models, twins or relationships');
    await expect(workbench.quickInputMessage).toContainText('Type localhost to go on.');
    await workbench.screenshot('empty-instance');
  });

  test('counts that can not be had are said and do not block', async ({ workbench, simulator }) => {
    simulator.faults.next({ method: 'POST', path: '/query' }, { kind: 'respond', status: 403 }, Infinity);
    await openSignedIn(workbench);
    await goToConfirmation(workbench, simulator);
    await expect(workbench.quickInputMessage).toContainText(
      'The twins and relationships could not be counted: 403 Forbidden.',
    );
    await workbench.typeInQuickInput('localhost');
    await workbench.accept();
    await expect(workbench.notification(/The deletion job on localhost succeeded/)).toBeVisible({ timeout: 40_000 });
    expect(starts(simulator)).toHaveLength(1);
  });
});

test('A protected instance refuses until its protection is lifted by its name', async ({ workbench, simulator }) => {
  await openSignedIn(workbench);
  await addInstance(workbench, simulator);

  await test.step('Protecting shows in the row', async () => {
    await workbench.pickFromRowMenu(workbench.row('localhost'), 'Protect from Deletion');
    await expect(workbench.row('localhost')).toContainText('protected');
    await expect(workbench.row('localhost')).toHaveAccessibleName(/protected from deletion/);
    await expect(workbench.row('localhost').locator('.codicon-lock')).toBeVisible();
    await workbench.screenshot('protected-instance');
  });

  await test.step('A start refuses, and names how to lift it', async () => {
    await workbench.pickFromRowMenu(workbench.row('localhost'), 'Start Deletion Job…');
    const message = workbench.notification(/localhost:\d+ is protected from deletion jobs/);
    await expect(message).toContainText('Remove Protection');
    await workbench.screenshot('protected-refused');
    await expect(workbench.quickInput).toBeHidden();
    await workbench.pressNotificationButton(message, 'Remove Protection');
  });

  await test.step('Lifting asks for the name', async () => {
    await workbench.typeInQuickInput('other');
    await workbench.accept();
    await expect(workbench.quickInputMessage).toContainText("This is not the instance's name");
    await workbench.typeInQuickInput('localhost');
    await workbench.accept();
    await expect(workbench.row('localhost')).not.toContainText('protected');
  });
  expect(starts(simulator)).toEqual([]);
});

test.describe('With a rule in the settings', () => {
  test.use({ settings: { 'digitalTwins.protectedHosts': ['*-prod.*', 'local*'] } });

  test('what it matches is protected, and the tree can not lift it', async ({ workbench, simulator }) => {
    await openSignedIn(workbench);
    await addInstance(workbench, simulator);
    await expect(workbench.row('localhost')).toContainText('protected');
    await workbench.runCommand(startCommand);
    await workbench.typeInQuickInput(simulator.address);
    await workbench.accept();
    const message = workbench.notification('digitalTwins.protectedHosts');
    await expect(message).toContainText('local*');
    await workbench.screenshot('protected-by-rule');
    await workbench.pressNotificationButton(message, 'Open Settings');
    await expect(workbench.page.locator('.settings-editor')).toBeVisible();
    expect(starts(simulator)).toEqual([]);
  });
});

test.describe('While a job runs', () => {
  test.use({
    simulatorOptions: {
      graph: { twins: 400 },
      deletion: { notStartedMs: 0, durationMs: 25_000 },
      queryLagMs: 0,
    },
  });

  test.slow();

  test('its progress is in the row, the notification and the status bar', async ({ workbench, simulator, vscode }) => {
    await openSignedIn(workbench);
    await workbench.widenSideBar(640);
    await startJob(workbench, simulator, '60');
    await expect(workbench.row(/delete-job-/)).toContainText(/running.* times out in (59 min|1 h)/);
    await expect(workbench.row(/delete-job-/)).toContainText(/\d+ %/, { timeout: 20_000 });
    await expect(workbench.notification(/^Deletion job on localhost:\d+: running.*\d+ %.*left: /)).toBeVisible();
    const item = workbench.statusBarItem(/localhost \d+ %/);
    await expect(item).toBeVisible();
    await workbench.screenshot('progress');
    await workbench.page
      .locator('.activitybar')
      .getByRole('tab', { name: /^Explorer/ })
      .click();
    await item.click();
    await expect(workbench.row(/delete-job-/)).toBeVisible();
    await expect(workbench.notification(/localhost is empty: .*400 twins.* deleted in/)).toBeVisible({
      timeout: 60_000,
    });
    await expect(item).toBeHidden();
    await workbench.screenshot('verified');
    expect(await vscode.log()).toMatch(/Counting what was left .* query charge of \d/);
  });
});

test('Of two windows one asks and tells, both show the job, and another takes over', async ({
  workbench,
  simulator,
  context,
  vscode,
}) => {
  test.slow();
  simulator.instance.deletion = { ...simulator.instance.deletion, notStartedMs: 0, durationMs: 30_000 };
  await openSignedIn(workbench);
  await startJob(workbench, simulator);
  await expect(workbench.row(/delete-job-/)).toContainText('running');
  const second = vscode.window(await context.newPage());
  await second.open();
  await second.openView();
  await expect(second.row(/delete-job-/)).toContainText('running');
  await expect(second.statusBarItem(/localhost/)).toBeVisible();
  await expect(second.notifications).toHaveCount(0);
  await second.screenshot('second-window');
  await workbench.leave();
  await expect(second.notification(/^Deletion job on localhost:\d+: running/)).toBeVisible({ timeout: 30_000 });
  await expect(second.notification(/localhost is empty: /)).toBeVisible({ timeout: 60_000 });
  expect(starts(simulator)).toHaveLength(1);
});
