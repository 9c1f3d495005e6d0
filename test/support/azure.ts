import { rm } from 'node:fs/promises';
import path from 'node:path';
import { makeCertificate, type ServerCertificate } from '../simulator/certificate.ts';
import { writeCertificate } from '../simulator/certificateFile.ts';
import type { Directory } from '../simulator/directory.ts';
import { regions } from '../simulator/directoryParts.ts';
import { startResourceManager, type ResourceManager } from '../simulator/resourceManager.ts';
import { loopbackNames } from '../simulator/service.ts';
import { startSimulator, type Simulator, type SimulatorOptions } from '../simulator/simulator.ts';
import type { AccountBehavior } from '../vscode/account/behavior.ts';
import { startForwardProxy, type ForwardProxy } from './forwardProxy.ts';

/** Azure, as far as this extension speaks to it, under its real host names. */
export interface Azure {
  readonly manager: ResourceManager;
  /** Behind it the real host names lead to what is simulated; its `tunnels` tell who was spoken to. */
  readonly proxy: ForwardProxy;
  /** The one certificate of all servers, and where it is. */
  readonly certificate: ServerCertificate & { readonly file: string };
  /** User settings by which VS Code goes through the proxy. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** How the test account behaves to go with the directory: which tenants its accounts are in. */
  readonly accounts: AccountBehavior;
  /**
   * The simulated instance behind a host name of the directory. It is in its tenant, and starts when it is first asked for.
   *
   * @throws if the directory has no such instance
   */
  instance(hostName: string): Promise<Simulator>;
  close(): Promise<void>;
}

/** Starts Azure with what is in this directory; `instances` is how each of its instances starts. */
export async function startAzure(directory: Directory, instances: SimulatorOptions = {}): Promise<Azure> {
  const certificate = await makeCertificateFile();
  const manager = await startResourceManager({ directory, certificate });
  const started = new Map<string, Promise<Simulator>>();
  const instance = async (hostName: string): Promise<Simulator> => {
    const tenantId = tenantOfHost(manager.directory, hostName);
    if (tenantId === undefined) {
      throw new Error(`The directory has no instance ${hostName}.`);
    }
    const running =
      started.get(hostName) ?? startSimulator({ ...instances, certificate, access: { tenantId, ...instances.access } });
    started.set(hostName, running);
    return running;
  };
  const proxy = await startForwardProxy({
    'management.azure.com:443': manager.port,
    '*.digitaltwins.azure.net:443': async (host) =>
      tenantOfHost(manager.directory, host) === undefined ? undefined : (await instance(host)).port,
  });
  return {
    manager,
    proxy,
    certificate,
    settings: { 'http.proxy': proxy.origin },
    accounts: accountsOf(directory),
    instance,
    close: async () => {
      await proxy.close();
      await Promise.all([...started.values()].map(async (running) => (await running).close()));
      await manager.close();
      await rm(path.dirname(certificate.file), { recursive: true, force: true });
    },
  };
}

/** A certificate for this machine, Azure Resource Manager and all instances of the regions that directories use. */
async function makeCertificateFile(): Promise<Azure['certificate']> {
  const made = await makeCertificate([
    ...loopbackNames,
    'management.azure.com',
    ...Object.values(regions).map((region) => `*.api.${region}.digitaltwins.azure.net`),
  ]);
  const { certificateFile } = await writeCertificate(made.certificatePem, {});
  return { ...made, file: certificateFile };
}

function tenantOfHost({ tenants }: Directory, host: string): string | undefined {
  return tenants.find(({ subscriptions }) =>
    subscriptions.some(({ instances }) => instances.some(({ hostName }) => hostName === host)),
  )?.tenantId;
}

function accountsOf({ accounts, tenants }: Directory): AccountBehavior {
  return {
    accounts: accounts.map(({ user, tenants: ids }) => {
      const [home, ...others] = ids;
      if (home === undefined) {
        throw new Error(`The account ${user} has no home tenant.`);
      }
      return { label: user, tenants: [home, ...others] };
    }),
    domains: Object.fromEntries(
      tenants.flatMap(({ tenantId, defaultDomain, domains = [] }) =>
        [...domains, ...(defaultDomain === undefined ? [] : [defaultDomain])].map((domain) => [domain, tenantId]),
      ),
    ),
  };
}
