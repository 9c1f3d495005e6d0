import * as vscode from 'vscode';
import type { InstanceResource } from '../jobs/instanceDetails.ts';
import { pickInstance } from '../prompts/instancePick.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import { InstanceNode } from '../views/jobNodes.ts';
import type { CommandHandler, Parts } from './parts.ts';

/** "Open in Azure Portal": opens an instance's page, or the list of instances where its resource is not known. */
export function openInPortal({
  store,
  instances,
  finder,
}: Pick<Parts, 'store' | 'instances' | 'finder'>): CommandHandler {
  return async (argument) => {
    const host =
      argument instanceof InstanceNode
        ? argument.host
        : await pickInstance('Open in Azure Portal', store.instances, 'There is no instance in the list.');
    if (host) {
      const found = finder.byHost(host);
      const resource =
        instances.detailsOf(host).resource ?? (found && { id: found.resourceId, tenantId: found.tenantId });
      await vscode.env.openExternal(vscode.Uri.parse(portalAddress(host, resource), true));
    }
  };
}

/** The address of an instance in the Azure portal. */
export function portalAddress(
  { cloud }: InstanceHost,
  resource: Pick<InstanceResource, 'id' | 'tenantId'> | undefined,
): string {
  return resource
    ? `${cloud.portal}/#@${encodeURIComponent(resource.tenantId)}/resource${encodeURI(resource.id)}/overview`
    : `${cloud.portal}/#browse/Microsoft.DigitalTwins%2FdigitalTwinsInstances`;
}
