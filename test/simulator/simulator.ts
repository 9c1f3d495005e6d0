import { authenticate, type Access } from './bearer.ts';
import { AdjustableClock, type Clock } from './clock.ts';
import { Instance, type InstanceOptions } from './instance.ts';
import { RateLimit } from './rate.ts';
import { answer, type ReplySettings } from './routes.ts';
import { startService, type Service, type ServiceOptions } from './service.ts';

/** How to start a simulated instance. Everything has a default. */
export interface SimulatorOptions extends InstanceOptions, ServiceOptions {
  readonly clock?: Clock;
  /** Limits the Jobs API to so many requests a second; no limit when absent. The service's is 1. */
  readonly jobsRequestsPerSecond?: number;
  /** How many jobs a page of a list has, unless the client asks for fewer; 100 when absent, as with all other lists. */
  readonly jobsPerPage?: number;
  readonly access?: Partial<Access>;
}

/** A running simulated instance. Its `address` is what a client takes as the instance's address. */
export interface Simulator extends Service {
  readonly instance: Instance;
  readonly clock: Clock;
  /** Who may use the instance; can be replaced while it runs. */
  access: Access;
  /** Requests a second to the Jobs API; undefined for no limit. Can be replaced while it runs. */
  jobsRequestsPerSecond: number | undefined;
  /** Whether a query's first page is empty; can be replaced while it runs. */
  emptyFirstPages: boolean;
}

/** Starts a simulated instance and resolves when it takes requests. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const clock = options.clock ?? new AdjustableClock();
  const instance = new Instance(clock, options);
  const jobsRate = new RateLimit(clock, options.jobsRequestsPerSecond);
  const settings: ReplySettings = { emptyFirstPages: false, jobsPerPage: options.jobsPerPage ?? 100 };
  let access: Access = { role: 'owner', ...options.access };

  const service = await startService(options, clock, (request) => {
    authenticate(request.headers.authorization, access, clock.now());
    if (access.role === 'none') {
      return { status: 403 };
    }
    if (request.path.startsWith('/jobs/')) {
      jobsRate.pass();
    }
    return answer(request, instance, settings);
  });

  return {
    ...service,
    get connections() {
      return service.connections;
    },
    instance,
    clock,
    get access() {
      return access;
    },
    set access(changed) {
      access = changed;
    },
    get jobsRequestsPerSecond() {
      return jobsRate.perSecond;
    },
    set jobsRequestsPerSecond(perSecond) {
      jobsRate.perSecond = perSecond;
    },
    get emptyFirstPages() {
      return settings.emptyFirstPages;
    },
    set emptyFirstPages(empty) {
      settings.emptyFirstPages = empty;
    },
  };
}
