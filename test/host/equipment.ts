import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startSimulator } from '../simulator/simulator.ts';
import { TestAccount } from '../vscode/account/testAccount.ts';

/** What the host tests find around them, in any kind of VS Code. */
export interface HostTestEquipment {
  /** A folder for this run. */
  readonly folder: string;
  /** User settings to start VS Code with. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Environment variables of the extension host. */
  readonly environment: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

/** Starts a simulated instance and prepares a test account. */
export async function startEquipment(): Promise<HostTestEquipment> {
  const folder = await mkdtemp(path.join(tmpdir(), 'host-tests-'));
  const simulator = await startSimulator({
    graph: { twins: 50 },
    deletion: { notStartedMs: 200, durationMs: 1000 },
    queryLagMs: 0,
  });
  return {
    folder,
    settings: { 'digitalTwins.additionalHosts': [simulator.address] },
    environment: {
      ...new TestAccount(path.join(folder, 'account')).environment,
      NODE_EXTRA_CA_CERTS: simulator.certificateFile,
      SIMULATOR_ADDRESS: simulator.address,
    },
    close: async () => {
      await simulator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
