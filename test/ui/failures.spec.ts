import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './fixtures.ts';
import { addInstance, goToConfirmation, openSignedIn, startJob, starts } from './journeys.ts';

test.describe('A job that fails', () => {
  test.use({
    simulatorOptions: {
      graph: { twins: 20 },
      deletion: { notStartedMs: 0, durationMs: 1000, outcome: 'failed' },
      queryLagMs: 0,
    },
  });

  test('says code, message and what that means', async ({ workbench, simulator, vscode }) => {
    test.slow();
    await openSignedIn(workbench);
    await startJob(workbench, simulator, '45');
    const end = workbench.notification(/The deletion job on localhost failed after \d+ s/);
    await expect(end).toContainText('DeleteJobFailed > InternalFailure: The delete job failed.');
    await expect(end).toContainText('some of its models, twins and relationships may be deleted');
    await expect(end).toContainText(/A count found .* left/);
    await workbench.screenshot('failed-job');
    await expect(workbench.row(/delete-job-/)).toContainText('failed after');
    await workbench.row(/delete-job-/).click();
    await expect.poll(() => workbench.editorText()).toContain('"code": "DeleteJobFailed"');
    await workbench.screenshot('failed-job-details');
    expect(await vscode.log()).toContain('DeleteJobFailed > InternalFailure');

    await test.step('Diagnostics for a support ticket are a press away', async () => {
      await workbench.pickFromRowMenu(workbench.row(/delete-job-/), 'Copy Diagnostics');
      await expect.poll(() => workbench.clipboard()).toContain('Error codes: DeleteJobFailed > InternalFailure');
      const diagnostics = await workbench.clipboard();
      expect(diagnostics).toContain(`Host: ${simulator.address}`);
      expect(diagnostics).toMatch(/Timeline:\n- .* start written down[^\n]*\n- .* accepted/);
      expect(diagnostics).not.toMatch(/eyJ|[Bb]earer [A-Za-z0-9]/);
    });

    await test.step('Starting again suggests the same timeout, and empties what was left', async () => {
      simulator.instance.deletion = { ...simulator.instance.deletion, outcome: 'succeeded' };
      await workbench.pressNotificationButton(end, 'Start Again…');
      await expect(workbench.quickInputTitle).toContainText('Timeout (1/2)');
      await expect(workbench.quickInputBox).toHaveValue('45');
      await workbench.accept();
      await expect(workbench.quickInputTitle).toContainText('Confirmation (2/2)');
      await workbench.typeInQuickInput('localhost');
      await workbench.accept();
      await expect(workbench.notification(/localhost is empty: .* deleted in \d+ s/)).toBeVisible({ timeout: 40_000 });
      await expect(workbench.row('localhost')).toBeVisible();
      expect(starts(simulator)).toHaveLength(2);
    });
  });
});

test('A bulk job that begins during the confirmation is in the way: JobLimitReached', async ({
  workbench,
  simulator,
  vscode,
}) => {
  await openSignedIn(workbench);
  await goToConfirmation(workbench, simulator);
  simulator.instance.plantImportJob({ id: 'import-1' });
  await workbench.typeInQuickInput('localhost');
  await workbench.accept();
  const message = workbench.notification('No deletion job was started on localhost.');
  await expect(message).toContainText('JobLimitReached');
  await expect(message).toContainText('This attempt deleted nothing.');
  await expect(message).toContainText('Wait until that job has ended');
  await workbench.screenshot('job-limit-reached');
  await expect(workbench.notifications).toHaveCount(1);
  expect(await vscode.log()).toMatch(
    /POST \/jobs\/deletions failed, host localhost:\d+, traceparent [-0-9a-f]+: status 400, x-ms-error-code JobLimitReached, codes JobLimitReached/,
  );
  expect(starts(simulator)).toHaveLength(1);
});

test('A start whose answer is lost is neither repeated nor called failed', async ({ workbench, simulator }) => {
  await openSignedIn(workbench);
  simulator.faults.next({ method: 'POST', path: '/jobs/deletions' }, { kind: 'dropAfter' });
  await startJob(workbench, simulator);
  await expect(
    workbench.notification('It is not known whether the deletion job on localhost was started.'),
  ).toContainText('not repeated');
  await expect(workbench.row(/delete-job-/)).toBeVisible();
  await workbench.screenshot('start-unknown');
  await expect(workbench.notification(/The deletion job on localhost succeeded/)).toBeVisible({ timeout: 30_000 });
  expect(starts(simulator)).toHaveLength(1);
});

test('A role that is missing is named in a row that can be pressed', async ({ workbench, simulator }) => {
  simulator.access = { role: 'none' };
  await openSignedIn(workbench);
  await addInstance(workbench, simulator);
  const row = workbench.row('403 Forbidden');
  await expect(row).toHaveAccessibleName(/Azure Digital Twins Data Owner/);
  await workbench.screenshot('role-missing');
  simulator.access = { role: 'owner' };
  await row.click();
  await expect(workbench.row('No deletion jobs')).toBeVisible();
});

test('Without an account a row asks to sign in, and nothing else does', async ({ workbench, simulator, account }) => {
  await workbench.open();
  await workbench.openView();
  await addInstance(workbench, simulator);
  const row = workbench.row('Sign in to see jobs');
  await expect(row).toBeVisible();
  await expect(workbench.dialog).toBeHidden();
  expect((await account.calls()).some(({ name }) => name === 'createSession')).toBe(false);
  await workbench.screenshot('sign-in-row');
  await row.click();
  await workbench.allowSignIn();
  await expect(workbench.row('No deletion jobs')).toBeVisible();
});

test('A token is nowhere but on its way to the instance', async ({ workbench, simulator, vscode }) => {
  await openSignedIn(workbench);
  await workbench.runCommand('Developer: Set Log Level...');
  await workbench.pick('Azure Digital Twins');
  await workbench.quickPickRows.filter({ hasText: 'Trace' }).first().click();
  await startJob(workbench, simulator);
  await expect(workbench.notification(/succeeded in/)).toBeVisible({ timeout: 30_000 });
  const log = await vscode.log();
  expect(log).toContain('"authorization": "REDACTED"');
  await workbench.pickFromRowMenu(workbench.row(/delete-job-/), 'Copy Diagnostics');
  await expect.poll(() => workbench.clipboard()).toContain('Job ID (operation-id)');
  const files = await readdir(vscode.globalStorage, { recursive: true, withFileTypes: true });
  const stored = await Promise.all(
    files.filter((file) => file.isFile()).map((file) => readFile(path.join(file.parentPath, file.name), 'utf8')),
  );
  expect(stored.join()).toContain(simulator.address);
  expect(stored.length, 'records and the jobs of the instance').toBeGreaterThanOrEqual(2);
  const shown = [await workbench.clipboard(), ...(await workbench.notifications.allTextContents())];
  for (const text of [log, ...stored, ...shown]) {
    expect(text).not.toMatch(/eyJ|[Bb]earer [A-Za-z0-9]/);
  }
});
