import { isJsonObject, type JsonObject } from '../service/exactJson.ts';

/**
 * A twin as the bulk format takes it: without what the service alone writes, such as `$etag` and the times of updates.
 * What is below the top level and no component is a value of the person's, whatever its keys are called.
 */
export function portableTwin(twin: JsonObject): JsonObject {
  const { $dtId, $metadata } = twin;
  const metadata = isJsonObject($metadata) ? $metadata : {};
  return withPortable({ $dtId, $metadata: modelOnly(metadata) }, twin, metadata);
}

/** A relationship as the bulk format takes it: its source is named `$dtId` there, and not `$sourceId`. */
export function portableRelationship(relationship: JsonObject): JsonObject {
  const { $sourceId, $relationshipId, $targetId, $relationshipName } = relationship;
  return withProperties({ $dtId: $sourceId, $relationshipId, $targetId, $relationshipName }, relationship);
}

/**
 * A relationship of a file as the operation takes it that creates one: there its source is `$sourceId`.
 *
 * @param relationship one with `$dtId`
 */
export function relationshipToCreate(relationship: JsonObject): JsonObject {
  const { $dtId, $relationshipId, $targetId, $relationshipName } = relationship;
  return withProperties({ $relationshipId, $sourceId: $dtId, $targetId, $relationshipName }, relationship);
}

/**
 * A twin of a file as the operation takes it that creates one. One that is as the service gave it is made portable; in
 * any other, components can't be told from maps any more, and stay as they are.
 */
export function twinToCreate(twin: JsonObject): JsonObject {
  const { $metadata } = twin;
  const isAsGiven = isJsonObject($metadata) && Object.keys($metadata).some((name) => name !== '$model');
  if (isAsGiven) {
    return portableTwin(twin);
  }
  const { $dtId } = twin;
  return withProperties({ $dtId, $metadata }, twin);
}

function withPortable(begin: JsonObject, of: JsonObject, metadata: JsonObject): JsonObject {
  return withProperties(begin, of, (name, value) => portableValue(value, Object.hasOwn(metadata, name)));
}

/**
 * A component has metadata of its own, and none in that of what it is part of, which every property has there: that is
 * how it differs from a map with a key `$metadata`.
 */
function portableValue(value: unknown, isProperty: boolean): unknown {
  if (isProperty || !isJsonObject(value) || !isJsonObject(value['$metadata'])) {
    return value;
  }
  const metadata = value['$metadata'];
  return withPortable({ $metadata: modelOnly(metadata) }, value, metadata);
}

function modelOnly({ $model }: JsonObject): JsonObject {
  return $model === undefined ? {} : { $model };
}

/** Adds all but what the service names: the names of properties begin with a letter. */
function withProperties(
  begin: JsonObject,
  of: JsonObject,
  portable: (name: string, value: unknown) => unknown = (_, value) => value,
): JsonObject {
  // Filled in place: this is done for each of millions.
  const all: Record<string, unknown> = begin;
  for (const name of Object.keys(of)) {
    if (name === '__proto__') {
      // Assigned, it would be no member but the prototype.
      Object.defineProperty(all, name, { value: portable(name, of[name]), enumerable: true });
    } else if (!name.startsWith('$')) {
      all[name] = portable(name, of[name]);
    }
  }
  return all;
}
