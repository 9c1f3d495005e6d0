import { group, type Entry } from './entry.ts';

/** What each status is called. */
export const reasons: ReadonlyMap<number, string> = new Map([
  [400, 'Bad Request'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'Not Found'],
  [405, 'Method Not Allowed'],
  [407, 'Proxy Authentication Required'],
  [408, 'Request Timeout'],
  [409, 'Conflict'],
  [412, 'Precondition Failed'],
  [429, 'Too Many Requests'],
  [500, 'Internal Server Error'],
  [501, 'Not Implemented'],
  [502, 'Bad Gateway'],
  [503, 'Service Unavailable'],
  [504, 'Gateway Timeout'],
]);

const serviceTrouble = 'The service has trouble of its own. Try again {after}.';
const log = 'The log has all codes and details.';

/** What a status means where the service names no code that is known. */
export const statuses: ReadonlyMap<string, Entry> = new Map([
  ...group(log, 'showLog', { '400': '{host} refused the request.' }),
  ...group(
    "Choose the instance's tenant, with an account that is known there, or sign in again.",
    'switchAccount',
    { '401': '{host} did not accept the sign-in.' },
    'tenants',
  ),
  ...group(
    'It needs the role "Azure Digital Twins Data Owner" on the instance; being Owner of the subscription is not ' +
      'enough. A new role assignment takes some minutes to apply.',
    'refresh',
    { '403': 'The signed-in account may not do this on {host}.' },
    'roles',
  ),
  ...group('Check the host name of the instance.', 'refresh', { '404': '{host} has nothing under this address.' }),
  ...group(
    'Sign in to your proxy, or set it up in the settings http.proxy and http.proxyAuthorization, then try again.',
    'showLog',
    { '407': 'A proxy on the way to {host} asks for a sign-in of its own.' },
    'proxy-and-certificates',
  ),
  ...group('Check your network connection and try again {after}.', 'refresh', {
    '408': '{host} waited too long for the request.',
  }),
  ...group('Refresh to see how things stand, then try again.', 'refresh', {
    '409': '{host} is busy with something that is in the way of the request.',
    '412': 'Something on {host} was changed meanwhile, so the request no longer fits.',
  }),
  ...group('Try again {after}. The limit of one request a second counts for all who use the instance.', 'refresh', {
    '429': '{host} has had too many requests.',
  }),
  ...group(serviceTrouble, 'refresh', {
    '500': '{host} answered with status 500, an error inside the service.',
    '503': '{host} answered with status 503, it takes no requests for the moment.',
  }),
  ...group('The service or a proxy on the way has trouble. Try again {after}.', 'refresh', {
    '502': '{host} answered with status 502, a gateway on the way got no valid answer.',
    '504': '{host} answered with status 504, a gateway on the way got no answer in time.',
  }),
]);

/** A tenant that does not know the instance: the service says it with a 404 and these words. */
export const otherTenant: Entry = {
  happened: '{host} is not in the tenant of the signed-in account.',
  advice: "Choose the instance's tenant, with an account that is known there; a role in another tenant does not help.",
  remedy: 'switchAccount',
  help: 'tenants',
};

/** Any other status, by its hundreds. */
export function otherStatus(status: number): Entry {
  const answered = `{host} answered with status ${status}`;
  if (status < 300) {
    return {
      happened: `${answered}, which is not the one that the service documents.`,
      advice: 'A proxy may be answering in its place. The log has the details.',
      remedy: 'showLog',
      help: 'proxy-and-certificates',
    };
  }
  return status >= 500
    ? { happened: `${answered}.`, advice: serviceTrouble, remedy: 'refresh' }
    : { happened: `${answered}.`, advice: log, remedy: 'showLog' };
}
