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
  /** Limits PUTs of twins and relationships, counted together, to so many a second; no limit when absent. */
  readonly createsPerSecond?: number;
  /** How many items a page of a query may have for the query to be done in time; any number when absent. */
  readonly queryItemsInTime?: number;
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
  /** PUTs of twins and relationships a second; undefined for no limit. Can be replaced while it runs. */
  createsPerSecond: number | undefined;
  /** How many items a page of a query may have; undefined for any number. Can be replaced while it runs. */
  queryItemsInTime: number | undefined;
  /** Whether a query's first page is empty; can be replaced while it runs. */
  emptyFirstPages: boolean;
}

/** The path of a twin or of a relationship. */
const entityPath = /^\/digitaltwins\/[^/]+(?:\/relationships\/[^/]+)?$/;

/** Starts a simulated instance and resolves when it takes requests. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const clock = options.clock ?? new AdjustableClock();
  const instance = new Instance(clock, options);
  const jobsRate = new RateLimit(clock, 'The Jobs API takes 1 request per second.', options.jobsRequestsPerSecond);
  const createsRate = new RateLimit(
    clock,
    'Too many digital twins and relationships were created in a second.',
    options.createsPerSecond,
  );
  const settings: ReplySettings = {
    emptyFirstPages: false,
    queryItemsInTime: options.queryItemsInTime,
    jobsPerPage: options.jobsPerPage ?? 100,
  };
  let access: Access = { role: 'owner', ...options.access };

  const service = await startService(options, clock, (request) => {
    authenticate(request.headers.authorization, access, clock.now());
    if (access.role === 'none') {
      return { status: 403 };
    }
    if (request.path.startsWith('/jobs/')) {
      jobsRate.pass();
    }
    if (request.method === 'PUT' && entityPath.test(request.path)) {
      createsRate.pass();
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
    get createsPerSecond() {
      return createsRate.perSecond;
    },
    set createsPerSecond(perSecond) {
      createsRate.perSecond = perSecond;
    },
    get queryItemsInTime() {
      return settings.queryItemsInTime;
    },
    set queryItemsInTime(items) {
      settings.queryItemsInTime = items;
    },
    get emptyFirstPages() {
      return settings.emptyFirstPages;
    },
    set emptyFirstPages(empty) {
      settings.emptyFirstPages = empty;
    },
  };
}
