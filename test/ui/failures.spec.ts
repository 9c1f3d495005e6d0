import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './fixtures.ts';
import { addInstance, openSignedIn, startJob, starts } from './journeys.ts';

test.describe('A job that fails', () => {
  test.use({
    simulatorOptions: {
      graph: { twins: 20 },
      deletion: { notStartedMs: 0, durationMs: 1000, outcome: 'failed' },
      queryLagMs: 0,
    },
  });

  test('says code, message and what that means', async ({ workbench, simulator, vscode }) => {
    await openSignedIn(workbench);
    await startJob(workbench, simulator);
    const end = workbench.notification(/The deletion job on localhost failed after \d+ s/);
    await expect(end).toContainText('DeleteJobFailed > InternalFailure: The delete job failed.');
    await expect(end).toContainText('some of its models, twins and relationships may be deleted');
    await workbench.screenshot('failed-job');
    await workbench.pressNotificationButton(end, 'Show Log');
    await expect.poll(() => workbench.outputText()).toContain('POST /jobs/deletions');
    await expect(workbench.row(/delete-job-/)).toContainText('failed after');
    await workbench.row(/delete-job-/).click();
    await expect.poll(() => workbench.editorText()).toContain('"code": "DeleteJobFailed"');
    await workbench.screenshot('failed-job-details');
    expect(await vscode.log()).toContain('DeleteJobFailed > InternalFailure');
  });
});

test('An active bulk job is in the way: JobLimitReached', async ({ workbench, simulator, vscode }) => {
  simulator.instance.plantImportJob({ id: 'import-1' });
  await openSignedIn(workbench);
  await startJob(workbench, simulator);
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
  const stored = await readFile(path.join(vscode.globalStorage, 'records.json'), 'utf8');
  expect(stored).toContain(simulator.address);
  for (const text of [log, stored, (await workbench.notifications.allTextContents()).join()]) {
    expect(text).not.toMatch(/eyJ|[Bb]earer [A-Za-z0-9]/);
  }
});
