import type { Entry } from './entry.ts';

const reader =
  'Listing instances takes the role Reader on them or on their subscription. To work with an instance, its host name ' +
  'is enough.';

/** What a status means when it is Azure Resource Manager that answers, which is asked for instances and tenants alone. */
export const resourceManagerStatuses: ReadonlyMap<number, Entry> = new Map([
  [
    401,
    {
      happened: '{host} did not accept the sign-in.',
      advice: 'Sign in again. You can also enter the host name of an instance.',
      remedy: 'showLog',
      help: 'tenants',
    },
  ],
  [
    403,
    { happened: '{host} does not let the account list instances.', advice: reader, remedy: undefined, help: 'roles' },
  ],
  [
    429,
    {
      happened: '{host} has had too many requests.',
      advice: 'Try again {after}. You can also enter the host name of an instance.',
      remedy: undefined,
    },
  ],
]);

/** Any other status of Azure Resource Manager. */
export const otherResourceManagerStatus: Entry = {
  happened: '{host} could not list instances.',
  advice: 'Try again {after}, or enter the host name of an instance.',
  remedy: 'showLog',
};

/** What a failure to list instances means for the data. */
export const resourceManagerMeaning = 'Only the list of instances is concerned; nothing was changed.';
