import { expect, test } from './fixtures.ts';
import { starts } from './journeys.ts';

test.use({
  simulatorOptions: { graph: { twins: 20 }, deletion: { notStartedMs: 500, durationMs: 6000 }, queryLagMs: 0 },
});

test('A person signs in, starts a deletion job and watches it to its end', async ({ workbench, simulator, vscode }) => {
  await test.step('The view invites to add an instance', async () => {
    await workbench.open();
    await workbench.openView();
    await expect(workbench.view).toContainText('Add the instances that you maintain');
    await workbench.screenshot('main-1-welcome');
    await workbench.widenSideBar(560);
  });

  await test.step('Starting asks to sign in, and says why', async () => {
    await workbench.runCommand('Azure Digital Twins: Start Deletion Job…');
    await expect(workbench.dialog).toContainText('To start a deletion job on');
    await workbench.screenshot('main-2-sign-in');
    await workbench.allowSignIn();
  });

  await test.step('Step 1 takes a pasted address', async () => {
    await expect(workbench.quickInputTitle).toHaveText('Start Deletion Job: Instance (1/3)');
    await workbench.typeInQuickInput(` ${simulator.origin}/ `);
    await expect(workbench.quickPickRow(simulator.address)).toBeVisible();
    await workbench.screenshot('main-3-instance');
    await workbench.accept();
  });

  await test.step('Step 2 takes a timeout', async () => {
    await expect(workbench.quickInputTitle).toHaveText(`Start Deletion Job on ${simulator.address}: Timeout (2/3)`);
    await workbench.typeInQuickInput('60');
    await workbench.screenshot('main-4-timeout');
    await workbench.accept();
  });

  await test.step('Step 3 says what will happen and takes the name', async () => {
    await expect(workbench.quickInputTitle).toHaveText(
      `Start Deletion Job on ${simulator.address}: Confirmation (3/3)`,
    );
    for (const words of [
      `All models, twins and relationships of ${simulator.address} will be deleted`,
      'cannot be cancelled or undone',
      'after 60 minutes',
      'unknown state',
    ]) {
      await expect(workbench.quickInputMessage).toContainText(words);
    }
    await workbench.typeInQuickInput('localhost');
    await workbench.screenshot('main-5-confirmation');
    await expect(workbench.quickInputMessage).toContainText(/: \d+ models?, 20 twins and \d+ relationships \(counted/);
    expect(starts(simulator)).toEqual([]);
    await workbench.accept();
  });

  const running = workbench.notification(`Deletion job on ${simulator.address}: `);
  await test.step('The job runs: notification, row, badge', async () => {
    await expect(running).toContainText(/running, \d+ s/);
    await expect(running.getByRole('button', { name: 'Cancel' })).toHaveCount(0);
    await expect(workbench.row(/delete-job-[0-9a-f]{32}/)).toContainText(/running, \d+ s/);
    await expect(workbench.view.getByText(/^localhost: running, \d+ s, times out in 1 h$/)).toBeVisible();
    await expect(workbench.activityIcon).toHaveAccessibleName(/1 deletion job is running/);
    await workbench.screenshot('main-6-running');
  });

  await test.step('The job ends: one notification, the row, no badge', async () => {
    await expect(workbench.notification(/The deletion job on localhost succeeded in \d+ s/)).toHaveCount(1, {
      timeout: 30_000,
    });
    await expect(running).toBeHidden();
    await expect(workbench.row(/delete-job-/)).toContainText(/succeeded in \d+ s/);
    await expect(workbench.activityIcon).not.toHaveAccessibleName(/running/);
    await workbench.screenshot('main-7-succeeded');
  });

  await test.step('The details show what the service says', async () => {
    await workbench.pressNotificationButton(workbench.notification('succeeded in'), 'Show Job Details');
    await expect.poll(() => workbench.editorText()).toContain('"status": "succeeded"');
    const text = await workbench.editorText();
    expect(text).toContain(`"hostname": "${simulator.address}"`);
    expect(text).toContain('"timeoutInMinutes": 60');
    await workbench.screenshot('main-8-details');
  });

  await test.step('The service got one start, with all that was asked', () => {
    const [start, ...more] = starts(simulator);
    expect(more).toEqual([]);
    expect(start?.query).toEqual({ 'api-version': '2023-10-31', timeoutInMinutes: '60' });
    expect(start?.headers['operation-id']).toMatch(/^delete-job-[0-9a-f]{32}$/);
    const jobs = simulator.requests.filter(({ path }) => path.startsWith('/jobs'));
    const pauses = jobs.slice(1).map(({ at }, index) => at - (jobs[index]?.at ?? 0));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(1000);
  });

  await test.step('The log tells of each request and holds no token', async () => {
    await workbench.openOutput();
    await expect.poll(() => workbench.outputText()).toContain('POST /query');
    await expect.poll(() => vscode.log()).toMatch(/Deletion job delete-job-[0-9a-f]{32} succeeded/);
    await workbench.screenshot('main-9-log');
    const log = await vscode.log();
    const [start] = starts(simulator);
    expect(log).toMatch(/POST \/jobs\/deletions\?timeoutInMinutes=60 202 in \d+ ms/);
    expect(log).toContain(`host ${simulator.address}, job ${start?.headers['operation-id'] ?? ''}`);
    expect(log).toContain(`traceparent ${start?.headers['traceparent'] ?? ''}`);
    expect(log).toContain('x-ms-request-id ');
    expect(log).not.toMatch(/eyJ/);
  });
});
