import type { Contents } from './contents.ts';
import { isComponent } from './entities.ts';
import type { Model, Relationship, Twin } from './graph.ts';
import { isObject, type JsonObject } from './json.ts';

/**
 * All that there is, in a form in which two instances can be compared: a line of JSON for each model, twin and
 * relationship, the names in each object and the lines sorted, numbers as they were written. Left out is what the service
 * makes anew at each write: etags, and the times of updates and uploads.
 */
export function graphText({ models, twins, relationships }: Contents): string[] {
  return [
    ...models.page(Infinity).items.map(comparableModel),
    ...twins.page(Infinity).items.map(comparableTwin),
    ...relationships.page(Infinity).items.map(comparableRelationship),
  ]
    .map((item) => JSON.stringify(sorted(item)))
    .sort();
}

function comparableModel({ definition, decommissioned }: Model): JsonObject {
  return { model: definition, decommissioned };
}

function comparableTwin(twin: Twin): JsonObject {
  return Object.fromEntries(
    Object.entries(withoutTimes(without(twin, '$etag'))).map(([name, value]) => [
      name,
      isComponent(value) ? withoutTimes(value) : value,
    ]),
  );
}

function comparableRelationship(relationship: Relationship): JsonObject {
  return without(relationship, '$etag');
}

/** A twin or component without the times in its metadata, and without metadata of properties that is nothing else. */
function withoutTimes(content: JsonObject): JsonObject {
  const metadata = content['$metadata'];
  if (!isObject(metadata)) {
    return content;
  }
  const kept = Object.entries(without(metadata, '$lastUpdateTime'))
    .map(([name, value]) => [name, isObject(value) ? without(value, 'lastUpdateTime') : value] as const)
    .filter(([, value]) => !isObject(value) || Object.keys(value).length > 0);
  return { ...content, $metadata: Object.fromEntries(kept) };
}

function without(content: JsonObject, left: string): JsonObject {
  return Object.fromEntries(Object.entries(content).filter(([name]) => name !== left));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sorted);
  }
  return isObject(value)
    ? Object.fromEntries(
        Object.entries(value)
          .sort(([one], [other]) => (one < other ? -1 : 1))
          .map(([name, content]) => [name, sorted(content)]),
      )
    : value;
}
