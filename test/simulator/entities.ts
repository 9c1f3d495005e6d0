import { randomUUID } from 'node:crypto';
import { entityTime } from './clock.ts';
import { ServiceError } from './errors.ts';
import type { Model, Relationship, Twin } from './graph.ts';
import { isObject, type JsonObject } from './json.ts';

/** The characters and length that ids of twins and relationships may have, from the service's documentation. */
const entityId = /^[A-Za-z0-9\-.+%_#*?!(),=@$']{1,128}$/;
const modelId = /^dtmi:[A-Za-z](?:\w*[A-Za-z0-9])?(?::[A-Za-z_](?:\w*[A-Za-z0-9])?)*;[1-9]\d{0,8}$/;

/** @throws ServiceError `InvalidArgument`. */
export function checkEntityId(kind: string, id: string): void {
  if (!entityId.test(id)) {
    throw new ServiceError(400, 'InvalidArgument', `The ${kind} id is invalid.`);
  }
}

/** @throws ServiceError `InvalidArgument`. */
export function checkModelId(id: unknown): asserts id is string {
  if (typeof id !== 'string' || id.length > 128 || !modelId.test(id)) {
    throw new ServiceError(400, 'InvalidArgument', 'The model id is invalid.');
  }
}

/** The model that a twin's payload names, if it names one. */
export function modelOfTwin(payload: JsonObject): string | undefined {
  const metadata = payload['$metadata'];
  const model = isObject(metadata) ? metadata['$model'] : undefined;
  return typeof model === 'string' ? model : undefined;
}

/** A twin as it is stored: the payload's properties, with metadata and etag made by the service. */
export function makeTwin(id: string, payload: JsonObject, model: string, now: number, before?: Twin): Twin {
  const time = entityTime(now);
  const properties = ownProperties(payload);
  return {
    $dtId: id,
    $etag: newEtag(),
    ...Object.fromEntries(
      Object.entries(properties).map(([name, value]) => [
        name,
        isComponent(value) ? makeComponent(value, time, before?.[name]) : value,
      ]),
    ),
    $metadata: {
      $model: model,
      $lastUpdateTime: time,
      ...writeTimes(
        Object.fromEntries(Object.entries(properties).filter(([, value]) => !isComponent(value))),
        time,
        before,
        payload['$metadata'],
      ),
    },
  };
}

/** Whether a twin's property is a component: the service knows by the model, here its `$metadata` tells. */
export function isComponent(value: unknown): value is JsonObject {
  return isObject(value) && isObject(value['$metadata']);
}

function makeComponent(payload: JsonObject, time: string, before: unknown): JsonObject {
  const properties = ownProperties(payload);
  const old = isComponent(before) ? before : undefined;
  const times = writeTimes(properties, time, old, payload['$metadata']);
  const isUnchanged =
    old !== undefined &&
    isSame(ownProperties(old), properties) &&
    isObject(old['$metadata']) &&
    isSame(ownProperties(old['$metadata']), times);
  return isUnchanged ? old : { ...properties, $metadata: { $lastUpdateTime: time, ...times } };
}

/**
 * What is known of each property: when it was written last and, if the client says so in the metadata that it gives, when
 * its value was measured.
 */
function writeTimes(properties: JsonObject, time: string, before: JsonObject | undefined, given: unknown): JsonObject {
  const known = before?.['$metadata'];
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => {
      const sourceTime = sourceTimeIn(given, name);
      const isUnchanged =
        before !== undefined && isSame(before[name], value) && sourceTimeIn(known, name) === sourceTime;
      const kept = isUnchanged && isObject(known) ? known[name] : undefined;
      return [name, kept ?? { lastUpdateTime: time, ...(sourceTime !== undefined && { sourceTime }) }];
    }),
  );
}

function sourceTimeIn(metadata: unknown, property: string): string | undefined {
  const known = isObject(metadata) ? metadata[property] : undefined;
  const sourceTime = isObject(known) ? known['sourceTime'] : undefined;
  return typeof sourceTime === 'string' ? sourceTime : undefined;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** A relationship as it is stored. */
export function makeRelationship(
  sourceId: string,
  relationshipId: string,
  payload: JsonObject,
  targetId: string,
  name: string,
): Relationship {
  return {
    $relationshipId: relationshipId,
    $sourceId: sourceId,
    $targetId: targetId,
    $relationshipName: name,
    $etag: newEtag(),
    ...ownProperties(payload),
  };
}

function ownProperties(payload: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(payload).filter(([name]) => !name.startsWith('$')));
}

function newEtag(): string {
  return `W/"${randomUUID()}"`;
}

/** A model as `GET /models` answers it. */
export function modelReply(model: Model, includeDefinition: boolean): JsonObject {
  return {
    id: model.id,
    displayName: model.displayName,
    description: model.description,
    uploadTime: entityTime(model.uploadedAt),
    decommissioned: model.decommissioned,
    ...(includeDefinition && { model: model.definition }),
  };
}
