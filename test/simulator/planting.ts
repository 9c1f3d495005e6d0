import { makeRelationship, makeTwin, modelOfTwin } from './entities.ts';
import { readExactly } from './exactNumbers.ts';
import { modelOf, type Model, type Relationship, type Twin } from './graph.ts';
import { isObject, type JsonObject } from './json.ts';

/** A JSON object to plant, or its text, in which numbers count as they are written. */
export type PlantedJson = JsonObject | string;

/** What the service knows of a planted model. */
export interface PlantedModel {
  /** False when absent. */
  readonly decommissioned?: boolean;
  /** Milliseconds since 1970; the current time when absent. */
  readonly uploadedAt?: number;
}

/**
 * A twin as it was given, whatever that is. What the service makes is made where it is absent: etag and update times.
 * @param now milliseconds since 1970.
 * @throws TypeError without `$dtId` or `$metadata.$model`.
 */
export function plantedTwin(json: PlantedJson, now: number): Twin {
  const twin = objectIn(json);
  return complete(twin, makeTwin(text(twin, '$dtId'), twin, modelIn(twin), now));
}

/**
 * A relationship as it was given, whatever that is; an etag is made when it is absent.
 * @throws TypeError without source, id, target or name.
 */
export function plantedRelationship(json: PlantedJson): Relationship {
  const relationship = objectIn(json);
  const made = makeRelationship(
    text(relationship, '$sourceId'),
    text(relationship, '$relationshipId'),
    relationship,
    text(relationship, '$targetId'),
    text(relationship, '$relationshipName'),
  );
  return complete(relationship, made);
}

/**
 * A model with this definition, whatever that is.
 * @param now milliseconds since 1970.
 * @throws TypeError without `@id`.
 */
export function plantedModel(json: PlantedJson, planted: PlantedModel, now: number): Model {
  const definition = objectIn(json);
  text(definition, '@id');
  return { ...modelOf(definition, planted.uploadedAt ?? now), decommissioned: planted.decommissioned ?? false };
}

function objectIn(json: PlantedJson): JsonObject {
  const content = typeof json === 'string' ? readExactly(json) : json;
  if (!isObject(content)) {
    throw new TypeError('Only JSON objects can be planted.');
  }
  return content;
}

function text(content: JsonObject, field: string): string {
  const value = content[field];
  if (typeof value !== 'string') {
    throw new TypeError(`What is planted must have a text as its ${field}.`);
  }
  return value;
}

function modelIn(twin: JsonObject): string {
  const model = modelOfTwin(twin);
  if (model === undefined) {
    throw new TypeError('A planted twin must have a text as its $metadata.$model.');
  }
  return model;
}

/** What was given, and in it, at any depth, what was made and is absent. */
function complete<Made extends JsonObject>(given: JsonObject, made: Made): Made {
  return Object.fromEntries(
    Object.entries({ ...made, ...given }).map(([name, value]) => {
      const other = made[name];
      return [name, isObject(value) && isObject(other) ? complete(value, other) : value];
    }),
  ) as Made;
}
