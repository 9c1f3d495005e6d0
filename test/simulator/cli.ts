import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { makeToken } from './bearer.ts';
import { startControl } from './control.ts';
import { defaultDeletion } from './deleteJobs.ts';
import { startSimulator, type SimulatorOptions } from './simulator.ts';

const help = `Simulated Azure Digital Twins instance

  npm run simulator -- [options]

Address and certificate
  --port <number>                 port to listen on, 0 for any free one (8443)
  --listen <addresses>            addresses to listen on, comma-separated (127.0.0.1,::1)
  --host-names <names>            host names and addresses in the certificate, comma-separated
                                  (localhost,127.0.0.1,::1)
  --certificate-file <file>       where to write the certificate (a temporary file)
  --certificate <file>            use this certificate (PEM) and no other; needs --key
  --key <file>                    its key (PEM)

Graph
  --twins <number>                digital twins (1000)
  --relationships <number>        relationships (what the twins have of themselves)
  --models <number>               models (those that the twins need)

Deletion jobs
  --not-started-seconds <number>  how long a job stays notstarted (2)
  --deletion-seconds <number>     how long deleting everything takes (60)
  --outcome <outcome>             succeeded, failed or timeout (succeeded)
  --old-jobs <number>             finished jobs in the history (0)
  --import-job                    an import job is running, so no deletion job can start

Limits and access
  --query-lag-seconds <number>    how far query results lag behind writes (10)
  --jobs-rate <number>            requests a second that the Jobs API takes (no limit; the service: 1)
  --creates-rate <number>         twins and relationships a second that can be put (no limit; the service: 500)
  --tenant <id>                   refuse tokens of other tenants
  --no-role                       answer 403 to everybody: the role is missing

Other
  --control-port <number>         plain HTTP port on 127.0.0.1 to script faults, 0 for any free one (none)
  --token                         print a bearer token that the instance takes, and exit
  --help                          print this, and exit
`;

const flags = {
  port: { type: 'string' },
  listen: { type: 'string' },
  'host-names': { type: 'string' },
  'certificate-file': { type: 'string' },
  certificate: { type: 'string' },
  key: { type: 'string' },
  twins: { type: 'string' },
  relationships: { type: 'string' },
  models: { type: 'string' },
  'not-started-seconds': { type: 'string' },
  'deletion-seconds': { type: 'string' },
  outcome: { type: 'string' },
  'old-jobs': { type: 'string' },
  'import-job': { type: 'boolean' },
  'query-lag-seconds': { type: 'string' },
  'jobs-rate': { type: 'string' },
  'creates-rate': { type: 'string' },
  tenant: { type: 'string' },
  'no-role': { type: 'boolean' },
  'control-port': { type: 'string' },
  token: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof flags }>>['values'];

async function run(values: Values): Promise<void> {
  const options = await readOptions(values);
  const controlPort = port(values, 'control-port');
  const oldJobs = whole(values, 'old-jobs') ?? 0;
  const simulator = await startSimulator(options);
  simulator.instance.plantDeletionJobs(oldJobs);
  if (values['import-job'] === true) {
    simulator.instance.plantImportJob();
  }
  const control =
    controlPort === undefined
      ? undefined
      : await startControl(simulator, controlPort).catch(async (error: unknown) => {
          await simulator.close();
          throw error;
        });

  // Before it says that it is ready: whoever waits for that may end it at once.
  const close = (): void => {
    void Promise.all([simulator.close(), control?.close()]);
  };
  process.once('SIGINT', close);
  process.once('SIGTERM', close);

  console.log(`Simulated instance ready: ${simulator.origin}`);
  console.log(`Certificate: ${simulator.certificateFile}`);
  if (control !== undefined) {
    console.log(`Control: ${control.origin}`);
  }
}

async function readOptions(values: Values): Promise<SimulatorOptions> {
  const twins = whole(values, 'twins') ?? 1000;
  const relationships = whole(values, 'relationships');
  const models = whole(values, 'models');
  const queryLag = seconds(values, 'query-lag-seconds');
  const jobsRate = rate(values, 'jobs-rate');
  const createsRate = rate(values, 'creates-rate');
  const addresses = list(values, 'listen');
  const hostNames = list(values, 'host-names');
  const certificateFile = values['certificate-file'];
  const certificate = await readCertificate(values);
  return {
    port: port(values, 'port') ?? 8443,
    ...(addresses !== undefined && { addresses }),
    ...(hostNames !== undefined && { hostNames }),
    ...(certificateFile !== undefined && { certificateFile }),
    ...(certificate !== undefined && { certificate }),
    graph: {
      twins,
      ...(relationships !== undefined && { relationships }),
      ...(models !== undefined && { models }),
    },
    deletion: {
      notStartedMs: seconds(values, 'not-started-seconds') ?? defaultDeletion.notStartedMs,
      durationMs: seconds(values, 'deletion-seconds') ?? defaultDeletion.durationMs,
      outcome: outcome(values),
    },
    ...(queryLag !== undefined && { queryLagMs: queryLag }),
    ...(jobsRate !== undefined && { jobsRequestsPerSecond: jobsRate }),
    ...(createsRate !== undefined && { createsPerSecond: createsRate }),
    access: {
      role: values['no-role'] === true ? 'none' : 'owner',
      ...(values.tenant !== undefined && { tenantId: values.tenant }),
    },
  };
}

async function readCertificate(values: Values): Promise<SimulatorOptions['certificate']> {
  const { certificate, key } = values;
  if (certificate === undefined && key === undefined) {
    return undefined;
  }
  if (certificate === undefined || key === undefined) {
    throw new Refusal('--certificate and --key go together.');
  }
  if (values['certificate-file'] !== undefined || values['host-names'] !== undefined) {
    throw new Refusal('--certificate-file and --host-names are for a certificate that is made, not for a given one.');
  }
  return {
    certificatePem: await readFile(certificate, 'utf8'),
    keyPem: await readFile(key, 'utf8'),
    file: certificate,
  };
}

/** A value that was given wrongly: told plainly, without a stack. */
class Refusal extends Error {}

type Text = {
  [Name in keyof typeof flags]: (typeof flags)[Name]['type'] extends 'string' ? Name : never;
}[keyof typeof flags];

function decimal(values: Values, name: Text): number | undefined {
  const text = values[name];
  if (text === undefined) {
    return undefined;
  }
  if (!/^\d+(\.\d+)?$/.test(text)) {
    throw new Refusal(`--${name} must be a number from 0, not "${text}".`);
  }
  return Number(text);
}

function rate(values: Values, name: Text): number | undefined {
  const value = decimal(values, name);
  if (value === 0) {
    throw new Refusal(`--${name} must be more than 0.`);
  }
  return value;
}

function seconds(values: Values, name: Text): number | undefined {
  const value = decimal(values, name);
  return value === undefined ? undefined : value * 1000;
}

function whole(values: Values, name: Text): number | undefined {
  const value = decimal(values, name);
  if (value !== undefined && !Number.isSafeInteger(value)) {
    throw new Refusal(`--${name} must be a whole number, not ${value}.`);
  }
  return value;
}

function port(values: Values, name: Text): number | undefined {
  const value = whole(values, name);
  if (value !== undefined && value > 65535) {
    throw new Refusal(`--${name} must be a port from 0 to 65535, not ${value}.`);
  }
  return value;
}

function list(values: Values, name: Text): string[] | undefined {
  const items = values[name]?.split(',').map((item) => item.trim());
  if (items?.some((item) => !/^[A-Za-z0-9.:*-]+$/.test(item)) === true) {
    throw new Refusal(`--${name} must be names or addresses separated by commas, not "${values[name] ?? ''}".`);
  }
  return items;
}

function outcome({ outcome: text = 'succeeded' }: Values): 'succeeded' | 'failed' | 'timeout' {
  if (text !== 'succeeded' && text !== 'failed' && text !== 'timeout') {
    throw new Refusal(`--outcome must be succeeded, failed or timeout, not "${text}".`);
  }
  return text;
}

try {
  const { values } = parseArgs({ options: flags });
  if (values.help === true) {
    console.log(help);
  } else if (values.token === true) {
    console.log(makeToken(values.tenant === undefined ? {} : { tenantId: values.tenant }));
  } else {
    await run(values);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  console.error('See: npm run simulator -- --help');
  process.exitCode = 1;
}
