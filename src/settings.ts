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
