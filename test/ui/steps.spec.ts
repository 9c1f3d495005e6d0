import { expect, test } from './fixtures.ts';
import { addInstance, goToConfirmation, openSignedIn, startCommand, startJob, starts } from './journeys.ts';

test('Each step refuses what can not be, says why, and sends nothing', async ({ workbench, simulator }) => {
  await openSignedIn(workbench);
  await workbench.runCommand(startCommand);

  for (const [typed, reason] of [
    ['contoso.example.com', 'Only *.digitaltwins.azure.net and hosts in'],
    [`http://${simulator.address}`, 'Only https is allowed'],
    ['user@contoso.api.wcus.digitaltwins.azure.net', 'Enter the host name alone'],
    ['contoso', 'Enter the whole host name'],
  ] as const) {
    await workbench.typeInQuickInput(typed);
    await expect(workbench.quickPickRows).toContainText([reason]);
    await workbench.accept();
    await expect(workbench.quickInputTitle).toContainText('Instance (1/3)');
  }
  await workbench.screenshot('refused-instance');
  await workbench.typeInQuickInput(simulator.address);
  await workbench.accept();
  await expect(workbench.quickInputTitle).toContainText('Timeout (2/3)');

  for (const typed of ['14', '1441', '60.5', 'soon']) {
    await workbench.typeInQuickInput(typed);
    await expect(workbench.quickInputMessage).toContainText('Enter a whole number of minutes from 15 to 1440.');
    await workbench.accept();
    await expect(workbench.quickInputTitle).toContainText('Timeout (2/3)');
  }
  await workbench.screenshot('refused-timeout');
  await workbench.typeInQuickInput('15');
  await workbench.accept();
  await expect(workbench.quickInputTitle).toContainText('Confirmation (3/3)');

  for (const typed of ['', 'local', 'LOCALHOST', 'localhost ', simulator.address, 'contoso']) {
    await workbench.typeInQuickInput(typed);
    await workbench.accept();
    await expect(workbench.quickInputMessage).toContainText("This is not the instance's name.");
    await expect(workbench.quickInputTitle).toContainText('Confirmation (3/3)');
  }
  await workbench.screenshot('refused-confirmation');
  await workbench.dismiss();
  expect(starts(simulator)).toEqual([]);
});

test('Backing out at each step sends nothing', async ({ workbench, simulator, account }) => {
  await workbench.open();

  await test.step('at the consent to sign in', async () => {
    await workbench.runCommand(startCommand);
    await workbench.refuseSignIn();
    await expect(workbench.quickInput).toBeHidden();
  });

  await test.step('at the account itself', async () => {
    await account.behave({ decline: true });
    await workbench.runCommand(startCommand);
    await workbench.allowSignIn();
    await expect.poll(async () => (await account.calls()).some(({ name }) => name === 'createSession')).toBe(true);
    await account.behave({});
  });

  await test.step('at the instance', async () => {
    await workbench.runCommand(startCommand);
    await workbench.allowSignIn();
    await expect(workbench.quickInputTitle).toContainText('Instance (1/3)');
    await workbench.dismiss();
  });

  await test.step('at the timeout', async () => {
    await workbench.runCommand(startCommand);
    await workbench.typeInQuickInput(simulator.address);
    await workbench.accept();
    await expect(workbench.quickInputTitle).toContainText('Timeout (2/3)');
    await workbench.dismiss();
  });

  await test.step('at the confirmation', async () => {
    await goToConfirmation(workbench, simulator, '60');
    await workbench.typeInQuickInput('localhost');
    await workbench.dismiss();
  });

  await test.step('and Back keeps what was answered', async () => {
    await goToConfirmation(workbench, simulator, '60');
    await workbench.back();
    await expect(workbench.quickInputTitle).toContainText('Timeout (2/3)');
    await expect(workbench.quickInputBox).toHaveValue('60');
    await workbench.back();
    await expect(workbench.quickInputTitle).toContainText('Instance (1/3)');
    await workbench.dismiss();
  });

  await expect(workbench.notifications).toHaveCount(0);
  expect(starts(simulator)).toEqual([]);
});

test.describe('With a default timeout in the settings', () => {
  test.use({ settings: { 'digitalTwins.defaultTimeoutInMinutes': 90 } });

  test('a job started from its instance skips the first step', async ({ workbench, simulator }) => {
    await openSignedIn(workbench);
    await addInstance(workbench, simulator);
    await workbench.pickFromRowMenu(workbench.row('localhost'), 'Start Deletion Job…');
    await expect(workbench.quickInputTitle).toHaveText(`Start Deletion Job on ${simulator.address}: Timeout (1/2)`);
    await expect(workbench.quickInputBox).toHaveValue('90');
    await workbench.accept();
    await expect(workbench.quickInputTitle).toHaveText(
      `Start Deletion Job on ${simulator.address}: Confirmation (2/2)`,
    );
    await workbench.typeInQuickInput('localhost');
    await workbench.accept();
    await expect.poll(() => starts(simulator).map(({ query }) => query['timeoutInMinutes'])).toEqual(['90']);
  });
});

test('A known instance can be picked, and one that is only typed becomes known', async ({ workbench, simulator }) => {
  await openSignedIn(workbench);
  await startJob(workbench, simulator);
  await expect(workbench.row('localhost')).toBeVisible();
  await workbench.runCommand(startCommand);
  await expect(workbench.quickPickRow('localhost')).toContainText(simulator.address);
  await workbench.typeInQuickInput('loc');
  await workbench.screenshot('known-instance');
  await workbench.pick('localhost');
  await expect(workbench.quickInputTitle).toContainText('Timeout (2/3)');
  await workbench.dismiss();
});

test('Other code answers steps beforehand, but never the confirmation, and gets the job', async ({
  workbench,
  simulator,
  account,
}) => {
  await openSignedIn(workbench);

  await test.step('Arguments that are not valid are refused with a message', async () => {
    await account.prepareCommand('digitalTwins.startDeletionJob', { hostname: simulator.address, timeoutInMinutes: 5 });
    await workbench.runCommand('Test Account: Run Prepared Command');
    const message = workbench.notification('Enter a whole number of minutes from 15 to 1440. Nothing was sent.');
    await expect(message).toBeVisible();
    await workbench.screenshot('invalid-arguments');
    await workbench.closeNotification(message);
    await expect.poll(() => account.commandOutcome()).toEqual({});
  });

  await account.prepareCommand('digitalTwins.startDeletionJob', {
    hostname: simulator.address,
    timeoutInMinutes: 30,
    operationId: 'nightly-refresh-1',
    tracestate: 'vendor=1',
  });

  await test.step('Backing out gives undefined', async () => {
    await workbench.runCommand('Test Account: Run Prepared Command');
    await expect(workbench.quickInputTitle).toHaveText(`Start Deletion Job on ${simulator.address}: Confirmation`);
    await workbench.dismiss();
    await expect.poll(() => account.commandOutcome()).toEqual({});
    expect(starts(simulator)).toEqual([]);
  });

  await test.step('Confirming gives the job', async () => {
    await workbench.runCommand('Test Account: Run Prepared Command');
    await expect(workbench.quickInputMessage).toContainText('after 30 minutes');
    await workbench.typeInQuickInput('localhost');
    await workbench.accept();
    await expect
      .poll(async () => (await account.commandOutcome())?.result)
      .toMatchObject({
        hostname: simulator.address,
        id: 'nightly-refresh-1',
        status: 'notstarted',
        timeoutInMinutes: 30,
      });
  });

  const [start] = starts(simulator);
  expect(start?.query['timeoutInMinutes']).toBe('30');
  expect(start?.headers).toMatchObject({ 'operation-id': 'nightly-refresh-1', tracestate: 'vendor=1' });
});
