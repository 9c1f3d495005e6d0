import * as vscode from 'vscode';
import { InstanceHost } from './service/instanceHost.ts';

/** The section of all settings. */
export const settingsSection = 'digitalTwins';

/** Reads a host name by the settings in force; throws InvalidInputError. */
export function parseHost(input: string): InstanceHost {
  const hosts = vscode.workspace.getConfiguration(settingsSection).get<unknown>('additionalHosts');
  return InstanceHost.parse(
    input,
    Array.isArray(hosts) ? hosts.filter((host): host is string => typeof host === 'string') : [],
  );
}

/** The timeout to suggest in minutes; undefined when not set. It is checked where it is shown. */
export function defaultTimeoutInMinutes(): number | undefined {
  const minutes = vscode.workspace.getConfiguration(settingsSection).get<unknown>('defaultTimeoutInMinutes');
  return typeof minutes === 'number' ? minutes : undefined;
}
