import { AdjustableClock } from '../simulator/clock.ts';
import { expect, test } from './fixtures.ts';
import { addInstance, openSignedIn, startJob } from './journeys.ts';

const day = 24 * 60 * 60 * 1000;

test('The tree lists the jobs of an instance, newest first, each with its status', async ({ workbench, simulator }) => {
  const now = Date.now();
  const plant = simulator.instance.plantDeletionJob.bind(simulator.instance);
  plant({ id: 'oldest', status: 'succeeded', createdAt: now - 3 * day, finishedAt: now - 3 * day + 123_000 });
  plant({ id: 'older', status: 'failed', createdAt: now - 2 * day, finishedAt: now - 2 * day + 900_000 });
  plant({ id: 'running', status: 'running', createdAt: now - 220_000 });
  await openSignedIn(workbench);
  await addInstance(workbench, simulator);
  await expect(workbench.rows).toHaveText([
    /^localhost/,
    /^running.*running, [34] min/,
    /^older.*failed after 15 min/,
    /^oldest.*succeeded in 2 min 3 s/,
  ]);
  await expect(workbench.row(/^older/)).toHaveAccessibleName('Deletion job older on localhost, failed after 15 min');
  await expect(workbench.activityIcon).toHaveAccessibleName(/1 deletion job is running/);
  await expect(workbench.notifications).toHaveCount(0);
  await workbench.screenshot('tree');

  await test.step('The age of a running job goes on', async () => {
    await expect(workbench.row(/^running/)).toContainText('running, 4 min', { timeout: 40_000 });
  });

  await test.step('A tooltip shows every field', async () => {
    await workbench.row(/^older/).hover();
    await expect(workbench.page.locator('.workbench-hover-container')).toContainText(/traceparent: 00-/);
    await workbench.screenshot('tree-tooltip');
  });

  await test.step('The menus copy id and traceparent', async () => {
    await workbench.pickFromRowMenu(workbench.row(/^older/), 'Copy Job ID');
    await expect.poll(() => workbench.clipboard()).toBe('older');
    await workbench.pickFromRowMenu(workbench.row(/^older/), 'Copy traceparent');
    await expect.poll(() => workbench.clipboard()).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });
});

test('Instances and jobs are there again after a reload, and a job of ours is followed on', async ({
  workbench,
  simulator,
}) => {
  test.slow();
  simulator.instance.deletion = { ...simulator.instance.deletion, durationMs: 30_000 };
  await openSignedIn(workbench);
  await startJob(workbench, simulator);
  await expect(workbench.row(/delete-job-/)).toContainText('running');
  await workbench.open();
  await workbench.openView();
  await expect(workbench.row('localhost')).toBeVisible();
  await expect(workbench.row(/delete-job-/)).toContainText('running');
  // The window before was not closed but taken away: until that is noticed, it is the one that watches.
  await expect(workbench.notification(/^Deletion job on localhost:\d+: running/)).toBeVisible({ timeout: 30_000 });
  await workbench.screenshot('after-reload');
  await expect(workbench.notification(/The deletion job on localhost succeeded/)).toBeVisible({ timeout: 90_000 });
  const traces = simulator.requests
    .filter(
      ({ path, method }) => path.startsWith('/jobs/deletions/') || (path === '/jobs/deletions' && method === 'POST'),
    )
    .map(({ headers }) => headers['traceparent'] ?? '');
  expect(new Set(traces.map((trace) => trace.slice(3, 35))).size).toBe(1);
  expect(new Set(traces).size).toBe(traces.length);
});

test('A job is watched on after a reload with another view open, and an end that came meanwhile is told', async ({
  workbench,
  simulator,
}) => {
  test.setTimeout(120_000);
  const { clock } = simulator;
  if (!(clock instanceof AdjustableClock)) {
    throw new Error('The clock of the instance can not be moved.');
  }
  simulator.instance.deletion = { ...simulator.instance.deletion, durationMs: 60_000 };
  await openSignedIn(workbench);
  await startJob(workbench, simulator);
  await expect(workbench.row(/delete-job-/)).toContainText('running');
  await workbench.page
    .locator('.activitybar')
    .getByRole('tab', { name: /^Explorer/ })
    .click();

  await workbench.reload();
  await expect(workbench.notification(/^Deletion job on localhost:\d+: running/)).toBeVisible({ timeout: 60_000 });
  await expect(workbench.activityIcon).toHaveAccessibleName(/1 deletion job is running/);

  await workbench.leave();
  clock.advance(120_000);
  await workbench.open();
  // The window that was left holds the watch until it finds itself unseen: up to 30 s.
  const end = workbench.notification(/The deletion job on localhost succeeded in 1 min/);
  await expect(end).toHaveCount(1, { timeout: 60_000 });

  await workbench.reload();
  await workbench.openView();
  await expect(workbench.row(/delete-job-/)).toContainText('succeeded');
  await expect(workbench.notifications).toHaveCount(0);
});

test('An instance can be removed from the list, and is not asked any more', async ({ workbench, simulator }) => {
  await openSignedIn(workbench);
  await addInstance(workbench, simulator);
  await workbench.pickFromRowMenu(workbench.row('localhost'), 'Remove Instance from List');
  await expect(workbench.view).toContainText('Add the instances that you maintain');
  const asked = simulator.requests.length;
  await workbench.runCommand('Azure Digital Twins: Refresh');
  await addInstance(workbench, simulator);
  await expect(workbench.row('No deletion jobs')).toBeVisible();
  expect(simulator.requests.length, 'only after it was added again').toBe(asked + 1);
});

test('Refresh asks one instance by its row, or all by the title of the view', async ({ workbench, simulator }) => {
  await openSignedIn(workbench);
  await addInstance(workbench, simulator);
  await expect(workbench.row('No deletion jobs')).toBeVisible();
  simulator.instance.plantDeletionJob({ id: 'first', status: 'failed' });
  await workbench.pressRowButton(workbench.row('localhost'), 'Refresh');
  await expect(workbench.row('first')).toBeVisible();
  simulator.instance.plantDeletionJob({ id: 'second', status: 'failed' });
  await workbench.pressViewButton('Refresh');
  await expect(workbench.row('second')).toBeVisible();

  await test.step('The title of the view means all, whatever row has the focus', async () => {
    for (const row of ['first', 'localhost']) {
      await workbench.row(row).click();
      await workbench.pressViewButton('Add Instance…');
      await expect(workbench.quickInputTitle).toHaveText('Add Instance');
      await workbench.dismiss();
    }
  });
});

test('The details of a job follow it, and offer what can be done', async ({ workbench, simulator }) => {
  simulator.instance.deletion = { ...simulator.instance.deletion, durationMs: 8000 };
  await openSignedIn(workbench);
  await startJob(workbench, simulator);
  await workbench.runCommand('Azure Digital Twins: Show Job Details');
  await workbench.quickPickRows.filter({ hasText: 'delete-job-' }).first().click();
  await expect.poll(() => workbench.editorText()).toMatch(/"status": "(notstarted|running)"/);
  await expect.poll(() => workbench.editorText(), { timeout: 30_000 }).toContain('"status": "succeeded"');
  await workbench.page.keyboard.type('x');
  // Beside the text and as an alert, of which the one or the other goes soon.
  await expect(workbench.page.getByText('Cannot edit in read-only editor').first()).toBeAttached();
  expect(await workbench.editorText()).toMatch(/^\{/);
  await workbench.pressEditorButton('Show Log');
  await expect(workbench.output).toBeVisible();
});
