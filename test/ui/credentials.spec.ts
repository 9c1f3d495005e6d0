import path from 'node:path';
import { contosoTenantId } from '../simulator/sampleDirectory.ts';
import { azOnPath, type AzOnPath } from '../support/azOnPath.ts';
import { expect, test as base } from './azureFixtures.ts';
import { startCommand, starts } from './journeys.ts';

const operator = 'operator@contoso.com';
const contoso = 'contoso.api.weu.digitaltwins.azure.net';
const fabrikam = 'fabrikam.api.eus.digitaltwins.azure.net';

const test = base.extend<{ az: AzOnPath }>({
  az: async ({ folder }, use) => {
    await use(await azOnPath(path.join(folder, 'bin'), { user: operator, tenantId: contosoTenantId }));
  },
  surroundings: async ({ azure, az }, use) => {
    await use({ settings: azure.settings, certificate: azure.certificate, environment: az.environment });
  },
});

test.describe('With the credential azureCli', () => {
  test.use({ settings: { 'digitalTwins.credential': 'azureCli' } });

  test('instances of all its tenants are found and emptied without any account of VS Code', async ({
    workbench,
    azure,
    account,
    az,
  }) => {
    test.slow();
    await az.signIn(true);
    await workbench.open();
    await workbench.openView();
    await workbench.runCommand(startCommand);
    await workbench.quickPickRows.filter({ hasText: fabrikam }).click();
    await expect(workbench.quickInputTitle).toContainText('Timeout (2/3)');
    await workbench.accept();
    await expect(workbench.quickInputTitle).toContainText('Confirmation (3/3)');
    await workbench.typeInQuickInput('fabrikam');
    await workbench.accept();
    await expect(workbench.row(/delete-job-/)).toContainText(/succeeded in \d+ s/, { timeout: 30_000 });
    expect(starts(await azure.instance(fabrikam))).toHaveLength(1);
    expect(await account.calls()).toEqual([]);
  });

  test('a login that is missing is named in the row, with the command to run', async ({ workbench, az }) => {
    await workbench.open();
    await workbench.openView();
    await workbench.runCommand('Azure Digital Twins: Add Instance…');
    await expect(workbench.quickPickRows.filter({ hasText: 'Azure CLI not signed in' })).toBeVisible();
    await workbench.screenshot('no-az-login');
    await workbench.typeInQuickInput(contoso);
    await workbench.accept();
    const row = workbench.row('Azure CLI not signed in');
    await expect(row).toBeVisible();
    await expect(row).toHaveAccessibleName(/Run "az login" in a terminal/);
    await az.signIn(true);
    await workbench.pressRowButton(workbench.row('contoso'), 'Refresh');
    await expect(workbench.row('No deletion jobs')).toBeVisible();
  });
});

test('One instance alone can be asked with Azure CLI', async ({ workbench, azure, az }) => {
  await az.signIn(true);
  await workbench.open();
  await workbench.openView();
  await workbench.runCommand('Azure Digital Twins: Add Instance…');
  await workbench.typeInQuickInput(contoso);
  await workbench.accept();
  await workbench.pickFromRowMenu(workbench.row('contoso'), 'Switch Account or Tenant…');
  await workbench.pick('Azure CLI');
  await expect(workbench.quickPickRows.filter({ hasText: 'Contoso' })).toBeVisible();
  await workbench.pick('Contoso');
  await expect(workbench.row('No deletion jobs')).toBeVisible();
  const { requests } = await azure.instance(contoso);
  expect(new Set(requests.map(({ authorization }) => authorization.user))).toEqual(new Set([operator]));
});
