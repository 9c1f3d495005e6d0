import { jobTime } from './clock.ts';
import type { Contents } from './contents.ts';
import type { DeletionJob } from './deleteJobs.ts';
import { isOfClass } from './dtdl.ts';
import {
  checkEntityId,
  checkModelId,
  isComponent,
  makeRelationship,
  makeTwin,
  modelOfTwin,
  modelReply,
} from './entities.ts';
import { ServiceError } from './errors.ts';
import { readExactly } from './exactNumbers.ts';
import { modelOf, relationshipKey, type Model, type Relationship, type Twin } from './graph.ts';
import type { ImportJob } from './importJobs.ts';
import type { Instance } from './instance.ts';
import type { JobRecord, JobRecords } from './jobRecords.ts';
import { isObject, type JsonObject } from './json.ts';
import { applyPatch } from './jsonPatch.ts';
import { requestTooLarge, type ServiceReply, type ServiceRequest } from './messages.ts';
import { pageSize, readToken, writeToken } from './paging.ts';
import { checkRelationship, checkTwin, maximumEntityBytes, maximumModelBytes } from './payloads.ts';
import { answerQuery, type QuerySettings } from './query.ts';

/** What can be changed about the answers while the instance runs. */
export interface ReplySettings extends QuerySettings {
  /** How many jobs a page of a list has, unless the client asks for fewer. */
  jobsPerPage: number;
}

interface Call {
  readonly request: ServiceRequest;
  readonly instance: Instance;
  readonly settings: ReplySettings;
  readonly apiVersion: string;
}

type Handler = (call: Call, ...ids: string[]) => ServiceReply;

/** The versions that Azure Digital Twins clients send: the contract's, and those of older libraries. */
export const apiVersions: readonly string[] = ['2020-10-31', '2022-05-31', '2023-07-31-preview', '2023-10-31'];
/** The versions among them that have the Jobs API. */
export const jobsApiVersions: readonly string[] = ['2023-07-31-preview', '2023-10-31'];

const routes: readonly { readonly path: string; readonly methods: Readonly<Record<string, Handler>> }[] = [
  { path: 'jobs/deletions', methods: { GET: listDeletions, POST: addDeletion } },
  { path: 'jobs/deletions/:', methods: { GET: getDeletion } },
  { path: 'jobs/imports', methods: { GET: listImports } },
  { path: 'jobs/imports/:', methods: { GET: getImport } },
  { path: 'query', methods: { POST: query } },
  { path: 'models', methods: { GET: listModels, POST: addModels } },
  { path: 'models/:', methods: { GET: getModel, PATCH: decommissionModel, DELETE: deleteModel } },
  {
    path: 'digitaltwins/:',
    methods: { GET: getTwin, PUT: small(putTwin), PATCH: small(patchTwin), DELETE: deleteTwin },
  },
  { path: 'digitaltwins/:/components/:', methods: { GET: getComponent, PATCH: small(patchComponent) } },
  { path: 'digitaltwins/:/incomingrelationships', methods: { GET: listIncoming } },
  { path: 'digitaltwins/:/relationships', methods: { GET: listRelationships } },
  {
    path: 'digitaltwins/:/relationships/:',
    methods: {
      GET: getRelationship,
      PUT: small(putRelationship),
      PATCH: small(patchRelationship),
      DELETE: deleteRelationship,
    },
  },
  { path: 'eventroutes', methods: { GET: listEventRoutes } },
  { path: 'eventroutes/:', methods: { GET: getEventRoute } },
];

/**
 * Answers a request that may be answered: who asks was checked before.
 * @throws ServiceError what the service would refuse it with.
 */
export function answer(request: ServiceRequest, instance: Instance, settings: ReplySettings): ServiceReply {
  const segments = request.path.replace(/^\//, '').split('/').map(decode);
  const route = routes.find(({ path }) => matches(path.split('/'), segments));
  const apiVersion = checkApiVersion(request);
  if (route === undefined) {
    throw new ServiceError(404, 'NotFound', 'There is no such resource.');
  }
  const handler = Object.hasOwn(route.methods, request.method) ? route.methods[request.method] : undefined;
  if (handler === undefined) {
    throw new ServiceError(405, 'MethodNotAllowed', `${request.method} is not allowed here.`, {
      Allow: Object.keys(route.methods).join(', '),
    });
  }
  const parameters = segments.filter((_, index) => route.path.split('/')[index] === ':');
  return handler({ request, instance, settings, apiVersion }, ...parameters);
}

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((part, index) => (part === ':' ? segments[index] !== '' : part === segments[index]))
  );
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new ServiceError(400, 'BadRequest', 'The path is not encoded correctly.');
  }
}

function checkApiVersion({ query, path }: ServiceRequest): string {
  const version = query.get('api-version');
  if (version === null || version === '') {
    throw new ServiceError(
      400,
      'MissingApiVersionParameter',
      'The api-version query parameter (?api-version=) is required for all requests.',
    );
  }
  const known = path.startsWith('/jobs/') ? jobsApiVersions : apiVersions;
  if (!known.includes(version)) {
    throw new ServiceError(
      400,
      'UnsupportedApiVersion',
      `The api-version is not supported. Supported: ${known.join(', ')}.`,
    );
  }
  return version;
}

function header({ headers }: ServiceRequest, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

function readJson({ body }: ServiceRequest): unknown {
  try {
    return readExactly(body.toString('utf8'));
  } catch {
    throw new ServiceError(400, 'InvalidArgument', 'The body is not valid JSON.');
  }
}

/** Refuses what is too large for a twin or relationship before anything else about it is looked at. */
function small(handler: Handler): Handler {
  return (call, ...ids) => {
    if (call.request.body.length > maximumEntityBytes) {
      throw requestTooLarge(maximumEntityBytes);
    }
    return handler(call, ...ids);
  };
}

function readObject(request: ServiceRequest, what: string): JsonObject {
  const content = readJson(request);
  if (!isObject(content)) {
    throw new ServiceError(400, 'InvalidArgument', `The ${what} must be a JSON object.`);
  }
  return content;
}

/** The link to the next page: this request's URL with another token. */
function nextLink({ request }: Call, token: string): string {
  const query = new URLSearchParams(request.query);
  query.set('continuationToken', token);
  // A client that adds its parameters to a next link sends them twice.
  for (const name of new Set(query.keys())) {
    query.set(name, query.get(name) ?? '');
  }
  return `${request.origin}${request.path}?${query.toString()}`;
}

/** One page of a list that is at hand as a whole. */
function listPage<Item>(
  call: Call,
  scope: string,
  items: readonly Item[],
  size: number,
  reply: (item: Item) => unknown,
): ServiceReply {
  const token = call.request.query.get('continuationToken');
  let start = 0;
  if (token !== null) {
    const read = readToken(token);
    if (read.scope !== scope) {
      throw new ServiceError(400, 'BadRequest', 'The continuation token is invalid.');
    }
    start = read.cursor.index;
  }
  const next = start + size;
  return {
    status: 200,
    body: {
      value: items.slice(start, next).map(reply),
      ...(next < items.length && { nextLink: nextLink(call, writeToken(scope, { index: next, write: 0 })) }),
    },
  };
}

function requestedPage({ request }: Call): number {
  return pageSize(header(request, 'max-items-per-page'), { default: 100, maximum: 100 });
}

function jobsPage({ request, settings: { jobsPerPage } }: Call): number {
  return pageSize(header(request, 'max-items-per-page'), { default: jobsPerPage, maximum: jobsPerPage });
}

function checkIfMatch({ request }: Call, etag: string): void {
  const expected = header(request, 'if-match');
  const etags = expected?.split(',').map((tag) => tag.trim());
  if (etags !== undefined && !etags.includes('*') && !etags.includes(etag)) {
    throw preconditionFailed();
  }
}

function checkIfNoneMatch({ request }: Call, exists: boolean): void {
  if (exists && header(request, 'if-none-match') === '*') {
    throw preconditionFailed();
  }
}

function preconditionFailed(): ServiceError {
  return new ServiceError(412, 'PreconditionFailed', 'The precondition check (If-Match or If-None-Match) failed.');
}

// Jobs

function jobReply<Job extends JobRecord>(records: JobRecords<Job>, job: Job): JsonObject {
  const { status, finishedAt } = records.state(job);
  return {
    id: job.id,
    status,
    createdDateTime: jobTime(job.createdAt),
    finishedDateTime: finishedAt === undefined ? null : jobTime(finishedAt),
    purgeDateTime: jobTime(records.purgeAt(job)),
  };
}

function deletionReply(instance: Instance, job: DeletionJob): JsonObject {
  const reply = jobReply(instance.deletionJobs, job);
  return { ...reply, ...(reply['finishedDateTime'] !== null && job.error !== undefined && { error: job.error }) };
}

function importReply(instance: Instance, job: ImportJob): JsonObject {
  const reply = jobReply(instance.importJobs, job);
  return {
    ...reply,
    inputBlobUri: job.inputBlobUri,
    outputBlobUri: job.outputBlobUri,
    lastActionDateTime: reply['finishedDateTime'] ?? reply['createdDateTime'],
    ...(job.error !== undefined && { error: job.error }),
  };
}

function addDeletion({ request, instance, apiVersion }: Call): ServiceReply {
  const timeout = request.query.get('timeoutInMinutes');
  const id = header(request, 'operation-id');
  // The form of the id is ours: the contract has none.
  if (id !== undefined && !/^[\w.~:-]{1,128}$/.test(id)) {
    throw new ServiceError(400, 'ValidationFailed', 'The Operation-Id is invalid.');
  }
  const job = instance.startDeletion(id, timeout === null ? undefined : wholeNumber(timeout));
  return {
    status: 202,
    headers: {
      'Operation-Location': `${request.origin}/jobs/deletions/${encodeURIComponent(job.id)}?api-version=${apiVersion}`,
      'Operation-Id': job.id,
    },
    body: deletionReply(instance, job),
  };
}

function wholeNumber(text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : NaN;
}

function listDeletions(call: Call): ServiceReply {
  const { instance } = call;
  return listPage(call, 'deletions', instance.deletionJobs.all(), jobsPage(call), (job) =>
    deletionReply(instance, job),
  );
}

function getDeletion({ instance }: Call, id = ''): ServiceReply {
  const job = instance.deletionJobs.get(id);
  if (job === undefined) {
    throw new ServiceError(404, 'DeleteJobNotFound', 'The delete job was not found.');
  }
  return { status: 200, body: deletionReply(instance, job) };
}

function listImports(call: Call): ServiceReply {
  const { instance } = call;
  return listPage(call, 'imports', instance.importJobs.all(), jobsPage(call), (job) => importReply(instance, job));
}

function getImport({ instance }: Call, id = ''): ServiceReply {
  const job = instance.importJobs.get(id);
  if (job === undefined) {
    throw new ServiceError(404, 'ImportJobNotFound', 'The import job was not found.');
  }
  return { status: 200, body: importReply(instance, job) };
}

// Query and event routes

function query({ request, instance, settings }: Call): ServiceReply {
  const { body, charge } = answerQuery(
    instance.indexed,
    readJson(request),
    header(request, 'max-items-per-page'),
    settings,
  );
  return { status: 200, headers: { 'query-charge': String(charge) }, body };
}

function listEventRoutes(call: Call): ServiceReply {
  const routes = [...call.instance.eventRoutes.values()];
  return listPage(call, 'eventroutes', routes, requestedPage(call), (route) => route);
}

function getEventRoute({ instance }: Call, id = ''): ServiceReply {
  const route = instance.eventRoutes.get(id);
  if (route === undefined) {
    throw new ServiceError(404, 'EventRouteNotFound', 'The event route was not found.');
  }
  return { status: 200, body: route };
}

// Models

function includesDefinition({ request }: Call): boolean {
  return request.query.get('includeModelDefinition')?.toLowerCase() === 'true';
}

function listModels(call: Call): ServiceReply {
  const { models } = call.instance.contents;
  const all = Array.from(models.written(), ([, model]) => model);
  const roots = call.request.query
    .getAll('dependenciesFor')
    .flatMap((value) => value.split(','))
    .filter((id) => id !== '');
  const chosen = roots.length === 0 ? all : withDependencies(call.instance.contents, roots);
  const includeDefinition = includesDefinition(call);
  return listPage(call, 'models', chosen, requestedPage(call), (model) => modelReply(model, includeDefinition));
}

function withDependencies(contents: Contents, roots: readonly string[]): Model[] {
  const found = new Map<string, Model>();
  const wanted = [...roots];
  for (let id = wanted.pop(); id !== undefined; id = wanted.pop()) {
    if (!found.has(id)) {
      const model = existingModel(contents, id);
      found.set(id, model);
      wanted.push(...model.references);
    }
  }
  return [...found.values()];
}

function existingModel(contents: Contents, id: string): Model {
  checkModelId(id);
  const model = contents.models.get(id);
  if (model === undefined) {
    throw new ServiceError(404, 'ModelNotFound', `There is no model ${id}.`);
  }
  return model;
}

function addModels({ request, instance }: Call): ServiceReply {
  const definitions = readJson(request);
  if (!Array.isArray(definitions) || definitions.length === 0 || !definitions.every(isObject)) {
    throw new ServiceError(400, 'DTDLParserError', 'The body must be an array of DTDL interfaces.');
  }
  if (definitions.length > 250) {
    throw new ServiceError(400, 'LimitExceeded', 'A request takes at most 250 models.');
  }
  const { models: existing } = instance.contents;
  const added = definitions.map((definition) => {
    checkModelId(definition['@id']);
    if (Buffer.byteLength(JSON.stringify(definition)) > maximumModelBytes) {
      throw new ServiceError(400, 'LimitExceeded', `A model takes at most ${maximumModelBytes} bytes.`);
    }
    if (!isOfClass(definition, 'Interface')) {
      throw new ServiceError(400, 'DTDLParserError', `${definition['@id']} is not an Interface.`);
    }
    return modelOf(definition, instance.now());
  });
  const ids = new Set(added.map(({ id }) => id));
  if (ids.size < added.length) {
    throw new ServiceError(400, 'DTDLParserError', 'A model is given twice.');
  }
  for (const { id, references } of added) {
    if (existing.get(id) !== undefined) {
      throw new ServiceError(409, 'ModelAlreadyExists', `The model ${id} already exists.`);
    }
    const missing = references.find((other) => !ids.has(other) && existing.get(other) === undefined);
    if (missing !== undefined) {
      throw new ServiceError(400, 'DTDLParserError', `${id} refers to ${missing}, which does not exist.`);
    }
  }
  instance.write(({ models }) => {
    for (const model of added) {
      models.put(model.id, model);
    }
  });
  return { status: 201, body: added.map((model) => modelReply(model, false)) };
}

function getModel(call: Call, id = ''): ServiceReply {
  return { status: 200, body: modelReply(existingModel(call.instance.contents, id), includesDefinition(call)) };
}

function decommissionModel({ request, instance }: Call, id = ''): ServiceReply {
  const model = existingModel(instance.contents, id);
  const { decommissioned, ...others } = applyPatch({ decommissioned: model.decommissioned }, readJson(request));
  if (typeof decommissioned !== 'boolean' || Object.keys(others).length > 0) {
    throw new ServiceError(400, 'JsonPatchInvalid', 'Only decommissioned can be replaced.');
  }
  if (decommissioned && !model.decommissioned) {
    const user = modelThatRefersTo(id, instance.contents, (other) => !other.decommissioned);
    if (user !== undefined) {
      throw new ServiceError(
        409,
        'ModelReferencesNotDecommissioned',
        `${user.id} refers to ${id} and is not decommissioned.`,
      );
    }
  }
  instance.write(({ models }) => {
    models.put(id, { ...model, decommissioned });
  });
  return { status: 204 };
}

/** Another model that extends this one or has it as a component, if there is one that counts. */
function modelThatRefersTo(
  id: string,
  { models }: Contents,
  counts: (model: Model) => boolean = () => true,
): Model | undefined {
  for (const [, model] of models.written()) {
    if (model.id !== id && counts(model) && model.references.includes(id)) {
      return model;
    }
  }
  return undefined;
}

function deleteModel({ instance }: Call, id = ''): ServiceReply {
  existingModel(instance.contents, id);
  const user = modelThatRefersTo(id, instance.contents);
  if (user !== undefined) {
    throw new ServiceError(409, 'ModelReferencesNotDeleted', `${user.id} refers to ${id}.`);
  }
  instance.write(({ models }) => {
    models.delete(id);
  });
  return { status: 204 };
}

// Twins

function existingTwin(contents: Contents, id: string): Twin {
  checkEntityId('digital twin', id);
  const twin = contents.twins.get(id);
  if (twin === undefined) {
    throw new ServiceError(
      404,
      'DigitalTwinNotFound',
      `There is no digital twin instance that exists with the ID ${id}.`,
    );
  }
  return twin;
}

/** @throws ServiceError when twins of this model cannot be written. */
function usableModel(contents: Contents, id: string | undefined): string {
  const model = id === undefined ? undefined : contents.models.get(id);
  if (id === undefined || model === undefined) {
    throw new ServiceError(400, 'ValidationFailed', '$metadata.$model must name a model of this instance.');
  }
  if (model.decommissioned) {
    throw new ServiceError(400, 'ModelDecommissioned', `The model ${id} is decommissioned.`);
  }
  return id;
}

function getTwin({ instance }: Call, id = ''): ServiceReply {
  const twin = existingTwin(instance.contents, id);
  return { status: 200, headers: { ETag: twin.$etag }, body: twin };
}

function putTwin(call: Call, id = ''): ServiceReply {
  const { request, instance } = call;
  checkEntityId('digital twin', id);
  checkIfNoneMatch(call, instance.contents.twins.get(id) !== undefined);
  const payload = readObject(request, 'digital twin');
  checkTwin(payload);
  const model = usableModel(instance.contents, modelOfTwin(payload));
  return { ...storeTwin(call, makeTwin(id, payload, model, instance.now())), status: 200 };
}

function storeTwin({ instance }: Call, twin: Twin): ServiceReply {
  instance.write(({ twins }) => {
    twins.put(twin.$dtId, twin);
  });
  return { status: 204, headers: { ETag: twin.$etag }, body: twin };
}

function patchTwin(call: Call, id = ''): ServiceReply {
  const { request, instance } = call;
  const twin = existingTwin(instance.contents, id);
  checkIfMatch(call, twin.$etag);
  const patched = applyPatch(twin, readJson(request));
  checkTwin(patched);
  const model = modelOfTwin(patched);
  const checked = model === twin.$metadata.$model ? model : usableModel(instance.contents, model);
  const { headers = {} } = storeTwin(call, makeTwin(id, patched, checked, instance.now(), twin));
  return { status: 204, headers };
}

function deleteTwin(call: Call, id = ''): ServiceReply {
  const { contents } = call.instance;
  const twin = existingTwin(contents, id);
  checkIfMatch(call, twin.$etag);
  if (contents.outgoing(id).length > 0 || contents.incoming(id).length > 0) {
    throw new ServiceError(400, 'RelationshipsNotDeleted', `The digital twin ${id} contains relationships.`);
  }
  call.instance.write(({ twins }) => {
    twins.delete(id);
  });
  return { status: 204 };
}

function existingComponent(contents: Contents, id: string, name: string): { twin: Twin; component: JsonObject } {
  const twin = existingTwin(contents, id);
  const component = Object.hasOwn(twin, name) ? twin[name] : undefined;
  if (!isComponent(component)) {
    throw new ServiceError(404, 'ComponentNotFound', `The digital twin ${id} has no component ${name}.`);
  }
  return { twin, component };
}

function getComponent({ instance }: Call, id = '', name = ''): ServiceReply {
  const { twin, component } = existingComponent(instance.contents, id, name);
  return { status: 200, headers: { ETag: twin.$etag }, body: component };
}

function patchComponent(call: Call, id = '', name = ''): ServiceReply {
  const { request, instance } = call;
  const { twin, component } = existingComponent(instance.contents, id, name);
  checkIfMatch(call, twin.$etag);
  const changed = applyPatch(component, readJson(request));
  const patched = { ...twin, [name]: { ...changed, $metadata: component['$metadata'] } };
  checkTwin(patched);
  const { headers = {} } = storeTwin(call, makeTwin(id, patched, twin.$metadata.$model, instance.now(), twin));
  return { status: 204, headers };
}

// Relationships

function existingRelationship(contents: Contents, sourceId: string, id: string): Relationship {
  existingTwin(contents, sourceId);
  checkEntityId('relationship', id);
  const relationship = contents.relationships.get(relationshipKey(sourceId, id));
  if (relationship === undefined) {
    throw new ServiceError(404, 'RelationshipNotFound', `The digital twin ${sourceId} has no relationship ${id}.`);
  }
  return relationship;
}

function listRelationships(call: Call, id = ''): ServiceReply {
  const { contents } = call.instance;
  existingTwin(contents, id);
  const name = call.request.query.get('relationshipName');
  const relationships = contents
    .outgoing(id)
    .filter(({ $relationshipName }) => name === null || $relationshipName === name);
  return listPage(call, 'relationships', relationships, requestedPage(call), (relationship) => relationship);
}

function listIncoming(call: Call, id = ''): ServiceReply {
  const { contents } = call.instance;
  existingTwin(contents, id);
  return listPage(
    call,
    'incoming',
    contents.incoming(id),
    requestedPage(call),
    ({ $relationshipId, $sourceId, $relationshipName }) => ({
      $relationshipId,
      $sourceId,
      $relationshipName,
      $relationshipLink: `/digitaltwins/${encodeURIComponent($sourceId)}/relationships/${encodeURIComponent($relationshipId)}`,
    }),
  );
}

function getRelationship({ instance }: Call, sourceId = '', id = ''): ServiceReply {
  const relationship = existingRelationship(instance.contents, sourceId, id);
  return { status: 200, headers: { ETag: relationship.$etag }, body: relationship };
}

function putRelationship(call: Call, sourceId = '', id = ''): ServiceReply {
  const { request, instance } = call;
  const { contents } = instance;
  existingTwin(contents, sourceId);
  checkEntityId('relationship', id);
  checkIfNoneMatch(call, contents.relationships.get(relationshipKey(sourceId, id)) !== undefined);
  const payload = readObject(request, 'relationship');
  checkRelationship(payload);
  const { $targetId: targetId, $relationshipName: name } = payload;
  if (typeof targetId !== 'string' || typeof name !== 'string') {
    throw new ServiceError(400, 'InvalidRelationship', '$targetId and $relationshipName must be given.');
  }
  if (targetId === sourceId) {
    throw new ServiceError(400, 'OperationNotAllowed', 'A relationship cannot connect a digital twin to itself.');
  }
  if (contents.twins.get(targetId) === undefined) {
    throw new ServiceError(404, 'TargetTwinNotFound', `There is no digital twin ${targetId}.`);
  }
  const relationship = makeRelationship(sourceId, id, payload, targetId, name);
  instance.write((written) => {
    written.putRelationship(relationship);
  });
  return { status: 200, headers: { ETag: relationship.$etag }, body: relationship };
}

function patchRelationship(call: Call, sourceId = '', id = ''): ServiceReply {
  const { request, instance } = call;
  const before = existingRelationship(instance.contents, sourceId, id);
  checkIfMatch(call, before.$etag);
  const patched = applyPatch(before, readJson(request));
  checkRelationship(patched);
  const relationship = makeRelationship(sourceId, id, patched, before.$targetId, before.$relationshipName);
  instance.write((written) => {
    written.putRelationship(relationship);
  });
  return { status: 204, headers: { ETag: relationship.$etag } };
}

function deleteRelationship(call: Call, sourceId = '', id = ''): ServiceReply {
  const relationship = existingRelationship(call.instance.contents, sourceId, id);
  checkIfMatch(call, relationship.$etag);
  call.instance.write(({ relationships }) => {
    relationships.delete(relationshipKey(sourceId, id));
  });
  return { status: 204 };
}
