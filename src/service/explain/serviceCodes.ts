import { group, type Entry } from './entry.ts';

const elsewhere = 'The log has all codes and details.';

/**
 * The codes that the contract of 2023-10-31 documents. Some arise only in operations that this extension does not use;
 * they are here so that none of them is ever a mystery.
 */
export const serviceCodes: ReadonlyMap<string, Entry> = new Map([
  // Jobs
  [
    'JobLimitReached',
    {
      happened: 'Another bulk job is active on {host}, a deletion or an import.',
      advice: 'An instance runs one deletion or import job at a time. Wait until that job has ended, then start again.',
      remedy: 'refresh',
    },
  ],
  [
    'DeleteJobNotFound',
    {
      happened: '{host} does not know this deletion job.',
      advice: 'The service forgets a job about 30 days after it ended.',
      remedy: 'refresh',
    },
  ],
  [
    'ImportJobNotFound',
    {
      happened: '{host} does not know this import job.',
      advice: 'It may have been removed; the service forgets a job about 30 days after it ended.',
      remedy: 'refresh',
    },
  ],
  [
    'ValidationFailed',
    {
      happened: '{host} refused the request as not valid.',
      advice:
        'If a job was to be started, its operation id is taken: start again with another one. The log has details.',
      remedy: 'showLog',
    },
  ],

  // Queries
  ...group('Try again {after}. The limit counts for all who query the instance.', 'refresh', {
    QuotaReachedError: '{host} has had too many queries.',
  }),
  ...group(
    'A large instance can take longer to count than a query may last. Try again when less is going on there.',
    'refresh',
    {
      TimeoutError: '{host} ended the query, which took more than 60 seconds.',
    },
  ),
  ...group('Try again. If it stays so, the log has all codes and details.', 'refresh', {
    BadRequest: '{host} could not make sense of the request.',
    SqlQueryError: '{host} did not understand the query.',
  }),

  // Limits
  ...group('Remove some of them first; the service has a fixed limit.', 'showLog', {
    TwinLimitReached: '{host} holds as many digital twins as an instance can.',
    LimitExceeded: 'The request goes beyond a limit of {host}.',
  }),

  // What is not there, or no longer
  ...group('It may just have been deleted. Refresh to see how things stand.', 'refresh', {
    ComponentNotFound: '{host} does not know this component of a digital twin.',
    DigitalTwinNotFound: '{host} does not know this digital twin.',
    TargetTwinNotFound: '{host} does not know the digital twin that the relationship leads to.',
    RelationshipNotFound: '{host} does not know this relationship.',
    ModelNotFound: '{host} does not know this model.',
    EventRouteNotFound: '{host} does not know this event route.',
  }),

  // What is in the way
  ...group('Someone else may have been faster. Refresh to see how things stand.', 'refresh', {
    ModelAlreadyExists: '{host} has this model already.',
    RelationshipAlreadyExists: '{host} has this relationship already.',
    PreconditionFailed: 'What the request is about is no longer on {host} as it was.',
  }),
  ...group('What refers to it has to go first.', 'showLog', {
    ModelReferencesNotDeleted: 'Other models on {host} still refer to this model.',
    ModelReferencesNotDecommissioned: 'The model refers to models on {host} that are not decommissioned.',
    RelationshipsNotDeleted: 'The digital twin on {host} still has relationships.',
  }),

  // What is wrong with a request
  ...group(elsewhere, 'showLog', {
    InvalidArgument: '{host} refused an id or another part of the request.',
    MissingArgument: '{host} misses an id in the request.',
    InvalidRelationship: '{host} refused the relationship as not valid.',
    OperationNotAllowed: '{host} does not let a relationship lead back to its own digital twin.',
    JsonPatchInvalid: '{host} could not read the change that was asked for.',
    DTDLParserError: '{host} refused the models: they are not valid DTDL.',
    ModelVersionNotSupported: '{host} does not support the version of DTDL in the models.',
    ModelDecommissioned: 'The model of the digital twin is decommissioned on {host}.',
    EventRouteEndpointInvalid: 'The endpoint of the event route does not exist on {host} or is not active.',
    EventRouteFilterInvalid: '{host} refused the filter of the event route.',
    EventRouteIdInvalid: '{host} refused the id of the event route.',
  }),
]);
