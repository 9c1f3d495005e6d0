import { largeDirectory } from '../simulator/largeDirectory.ts';
import { contosoTenantId, fabrikamTenantId, sampleDirectory } from '../simulator/sampleDirectory.ts';
import { expect, test } from './azureFixtures.ts';
import { openSignedIn, startCommand, starts } from './journeys.ts';

const addCommand = 'Azure Digital Twins: Add Instance…';
const operator = 'operator@contoso.com';
const guest = 'guest@fabrikam.com';
const contoso = 'contoso.api.weu.digitaltwins.azure.net';
const fabrikam = 'fabrikam.api.eus.digitaltwins.azure.net';

/** The operator may use Fabrikam's instance, but can't read its subscription. */
const unreadable = {
  ...sampleDirectory,
  tenants: sampleDirectory.tenants.map((tenant) => ({
    ...tenant,
    subscriptions: tenant.subscriptions.map((subscription) => ({ ...subscription, readers: [guest] })),
  })),
};

test.describe('Of 2,000 instances in five tenants, one of which refuses', () => {
  test.use({ directory: largeDirectory() });

  test('one is picked from the list and emptied, and the tenant that refuses is told of', async ({
    workbench,
    azure,
  }) => {
    test.slow();
    await openSignedIn(workbench);
    await workbench.runCommand(startCommand);
    await expect(workbench.quickInputTitle).toContainText('Instance (1/3)');
    await expect(workbench.quickPickRows.filter({ hasText: 'contoso-0000' })).toBeVisible();
    await expect(workbench.quickInputBox).toHaveAttribute('placeholder', /some are missing/);
    await workbench.screenshot('instances-found');
    await workbench.typeInQuickInput('northwind-0011');
    await expect(workbench.quickPickRows.filter({ hasText: 'Tailspin' })).toContainText(
      "403 AuthorizationFailed: instances can't be listed",
    );
    await workbench.quickPickRows.filter({ hasText: 'northwind-0011' }).first().click();
    await expect(workbench.quickInputTitle).toContainText(/on northwind-0011\.api\..*Timeout \(2\/3\)/);
    await workbench.accept();
    await expect(workbench.quickInputTitle).toContainText('Confirmation (3/3)');
    await workbench.typeInQuickInput('northwind-0011');
    await workbench.accept();
    await expect(workbench.row(/delete-job-/)).toContainText(/succeeded in \d+ s/, { timeout: 30_000 });

    const found = azure.manager.directory.tenants
      .flatMap(({ subscriptions }) => subscriptions.flatMap(({ instances }) => instances))
      .find(({ name }) => name === 'northwind-0011');
    const emptied = await azure.instance(found?.hostName ?? '');
    expect(starts(emptied)).toHaveLength(1);
    expect(emptied.instance.counts.twins).toBe(0);
    await expect(workbench.row('northwind-0011')).toContainText(found?.location ?? '');
    await workbench.screenshot('instance-of-the-list');
  });
});

test('An instance that is added from the list has its region, its address in the portal and its host name', async ({
  workbench,
}) => {
  await openSignedIn(workbench);
  await workbench.runCommand(addCommand);
  await workbench.quickPickRows.filter({ hasText: contoso }).click();
  await expect(workbench.row('contoso')).toContainText('westeurope');
  await expect(workbench.row('No deletion jobs')).toBeVisible();
  await workbench.row('contoso').hover();
  await expect(
    workbench.page.locator('.monaco-hover:visible').filter({ hasText: 'subscription Contoso Production' }),
  ).toContainText(`account ${operator}`);
  await workbench.pickFromRowMenu(workbench.row('contoso'), 'Copy Host Name');
  await expect.poll(() => workbench.clipboard()).toBe(contoso);
  await workbench.pickFromRowMenu(workbench.row('contoso'), 'Open in Azure Portal');
  await expect(workbench.dialog).toContainText('https://portal.azure.com');
});

test.describe('An instance of a tenant that is not the account’s own', () => {
  test.use({ directory: unreadable });

  test('names its tenant, which is suggested, and is looked at again in it before anything is deleted', async ({
    workbench,
    azure,
  }) => {
    test.slow();
    const instance = await azure.instance(fabrikam);
    await openSignedIn(workbench);
    await workbench.runCommand(startCommand);
    await workbench.typeInQuickInput(fabrikam);
    await workbench.accept();
    await expect(workbench.quickInputTitle).toContainText('Timeout (2/3)');
    await workbench.accept();
    await expect(workbench.quickInputTitle).toContainText('Account and Tenant for fabrikam: Tenant (2/2)');
    const suggested = workbench.quickPickRows.filter({ hasText: 'the tenant of the instance' });
    await expect(suggested).toContainText('Fabrikam');
    await expect(suggested).toHaveClass(/focused/);
    await workbench.screenshot('tenant');
    await workbench.accept();
    await expect(workbench.quickInputTitle).toContainText('Confirmation (3/3)');
    await expect(workbench.quickInputMessage).toContainText('20 twins');
    await expect(workbench.quickInputMessage).toContainText(`Signed in as ${operator}, tenant ${fabrikamTenantId}.`);
    expect(starts(instance)).toHaveLength(0);
    const answered = instance.requests.filter(({ status }) => status === 200);
    expect(new Set(answered.map(({ authorization }) => authorization.tenantId))).toEqual(new Set([fabrikamTenantId]));
    await workbench.typeInQuickInput('fabrikam');
    await workbench.accept();
    await expect(workbench.row(/delete-job-/)).toContainText(/succeeded in \d+ s/, { timeout: 30_000 });
    expect(starts(instance)).toHaveLength(1);

    await test.step('It keeps that tenant over a restart', async () => {
      await workbench.reload();
      await workbench.openView();
      await expect(workbench.row(/delete-job-/)).toContainText(/succeeded in \d+ s/);
    });
  });

  test('says so in its row, which leads to the choice of another', async ({ workbench, azure }) => {
    (await azure.instance(fabrikam)).instance.plantDeletionJobs(1);
    await openSignedIn(workbench);
    await workbench.runCommand(addCommand);
    await workbench.typeInQuickInput(fabrikam);
    await workbench.accept();
    await workbench.row('404 Sub-Domain not found').click();
    await expect(workbench.quickInputBox).toHaveAttribute(
      'placeholder',
      /fabrikam is not in the tenant that was asked in/,
    );
    await workbench.back();
    await workbench.pick(operator);
    await expect(workbench.quickInputTitle).toContainText('Tenant (2/2)');
    await workbench.typeInQuickInput('fabrikam.com');
    await workbench.accept();
    await expect(workbench.row('planted-1')).toBeVisible();
  });
});

test.describe('With two accounts', () => {
  test.use({ signedIn: [operator, guest] });

  test('each instance is asked with its own, and an account that is removed is missed by its instances alone', async ({
    workbench,
    azure,
    account,
  }) => {
    test.slow();
    await workbench.open();
    await workbench.openView();
    await workbench.runCommand(addCommand);
    await workbench.quickPickRows.filter({ hasText: `Sign in to list the instances of ${operator}` }).click();
    await workbench.allowSignIn();
    await expect(workbench.quickPickRows.filter({ hasText: contoso })).toBeVisible();
    await workbench.quickPickRows.filter({ hasText: contoso }).click();
    await expect(workbench.row('contoso')).toBeVisible();
    await workbench.runCommand(addCommand);
    await expect(workbench.quickPickRows.filter({ hasText: fabrikam })).toBeVisible();
    await workbench.quickPickRows.filter({ hasText: `Sign in to list the instances of ${guest}` }).click();
    await workbench.allowSignIn();
    await expect(workbench.quickPickRows.filter({ hasText: 'Sign in' })).toHaveCount(0);
    await expect(workbench.quickPickRows.filter({ hasText: 'Looking for instances' })).toHaveCount(0);
    await workbench.quickPickRows.filter({ hasText: fabrikam }).click();
    await expect(workbench.quickInputBox).toHaveAttribute('placeholder', /Several of your accounts see this instance/);
    await workbench.pick(guest);
    await expect(workbench.row('fabrikam')).toBeVisible();
    await expect(workbench.rows.filter({ hasText: 'No deletion jobs' })).toHaveCount(2);
    for (const [host, user, tenantId] of [
      [contoso, operator, contosoTenantId],
      [fabrikam, guest, fabrikamTenantId],
    ] as const) {
      const { requests } = await azure.instance(host);
      expect(
        new Set(requests.map(({ authorization }) => `${authorization.user ?? ''} ${authorization.tenantId ?? ''}`)),
      ).toEqual(new Set([`${user} ${tenantId}`]));
    }

    const asked = (await account.calls()).filter(({ name }) => name === 'createSession').length;
    await account.prepareCommand('testAccount.removeAccount', guest);
    await workbench.runCommand('Test Account: Run Prepared Command');
    await expect(workbench.row(`Sign in as ${guest} to see jobs`)).toBeVisible();
    await expect(workbench.rows.filter({ hasText: 'No deletion jobs' })).toHaveCount(1);
    await workbench.screenshot('account-removed');
    expect((await account.calls()).filter(({ name }) => name === 'createSession')).toHaveLength(asked);
    await expect(workbench.dialog).toHaveCount(0);
  });
});

test('Without an account the list offers to sign in, and a host name can be entered all the same', async ({
  workbench,
}) => {
  await workbench.open();
  await workbench.openView();
  await workbench.runCommand(addCommand);
  await workbench.quickPickRows.filter({ hasText: 'Sign in to list your instances' }).click();
  await workbench.refuseSignIn();
  await workbench.quickPickRows.filter({ hasText: 'Enter a host name…' }).click();
  await workbench.typeInQuickInput('contoso');
  await expect(workbench.quickInput).toContainText('Enter the whole host name');
  await workbench.typeInQuickInput(contoso);
  await workbench.accept();
  await expect(workbench.row('Sign in to see jobs')).toBeVisible();
});
