import * as vscode from 'vscode';
import { clouds, type Cloud } from './service/cloud.ts';
import { readCredentialKind } from './service/credentialKind.ts';
import type { Identity } from './service/identity.ts';
import { InstanceHost } from './service/instanceHost.ts';
import { isGuid, readTenant } from './service/tenant.ts';

/** The section of all settings. */
export const settingsSection = 'digitalTwins';

/** The settings that say who asks. */
export const signInSettings = ['cloud', 'credential', 'tenantId', 'clientId'].map(
  (name) => `${settingsSection}.${name}`,
);

/** Reads a host name by the settings in force; throws InvalidInputError. */
export function parseHost(input: string): InstanceHost {
  const hosts = vscode.workspace.getConfiguration(settingsSection).get<unknown>('additionalHosts');
  return InstanceHost.parse(
    input,
    Array.isArray(hosts) ? hosts.filter((host): host is string => typeof host === 'string') : [],
    cloud(),
  );
}

/** The wildcards of hosts that are protected from deletion. A rule that is not in a list, against the rules, counts too. */
export function protectedHosts(): readonly string[] {
  const rules = vscode.workspace.getConfiguration(settingsSection).get<unknown>('protectedHosts');
  if (rules !== undefined && rules !== null && typeof rules !== 'string' && !Array.isArray(rules)) {
    // Not what the setting takes, but meant to protect something: all of it, until it is put right.
    return ['*'];
  }
  return [rules].flat().filter((rule): rule is string => typeof rule === 'string');
}

/** Whether to count what is left while a job is active. */
export function trackRemaining(): boolean {
  return vscode.workspace.getConfiguration(settingsSection).get<unknown>('trackRemaining') !== false;
}

/** The timeout to suggest in minutes; undefined when not set. It is checked where it is shown. */
export function defaultTimeoutInMinutes(): number | undefined {
  const minutes = vscode.workspace.getConfiguration(settingsSection).get<unknown>('defaultTimeoutInMinutes');
  return typeof minutes === 'number' ? minutes : undefined;
}

/** The cloud that is worked with. */
export function cloud(): Cloud {
  const name = vscode.workspace.getConfiguration(settingsSection).get<unknown>('cloud');
  return Object.values(clouds).find((each) => each.name === name) ?? clouds.AzurePublic;
}

/** Who asks instances that have nothing else settled. A tenant that is none is as good as none: its setting says so. */
export function identity(): Identity {
  const configuration = vscode.workspace.getConfiguration(settingsSection);
  return {
    credential: readCredentialKind(configuration.get('credential')) ?? 'vscode',
    tenantId: readTenant(configuration.get('tenantId')),
  };
}

/** The organisation's own app registration to sign in with; undefined for VS Code's. */
export function clientId(): string | undefined {
  const id = vscode.workspace.getConfiguration(settingsSection).get<unknown>('clientId');
  return typeof id === 'string' && isGuid(id.trim()) ? id.trim() : undefined;
}
