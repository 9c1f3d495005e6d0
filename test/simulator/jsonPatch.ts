import { ServiceError } from './errors.ts';
import { isObject, type JsonObject } from './json.ts';

/**
 * Applies a JSON Patch of add, replace and remove, all that the service takes, to a copy of the document.
 * @throws ServiceError `JsonPatchInvalid`.
 */
export function applyPatch(document: JsonObject, patch: unknown): JsonObject {
  if (!Array.isArray(patch)) {
    throw invalid('The patch must be an array of operations.');
  }
  const result: Record<string, unknown> = copyOf(document);
  for (const operation of patch as readonly unknown[]) {
    apply(result, operation);
  }
  return result;
}

/** A copy that shares nothing that can be changed. `structuredClone` takes no raw numbers. */
function copyOf(document: JsonObject): Record<string, unknown> {
  return Object.fromEntries(Object.entries(document).map(([name, value]) => [name, copyOfValue(value)]));
}

function copyOfValue(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(copyOfValue);
  }
  return isObject(value) ? copyOf(value) : value;
}

function apply(document: Record<string, unknown>, operation: unknown): void {
  const { op, path, value } = isObject(operation) ? operation : {};
  if (typeof path !== 'string' || !path.startsWith('/')) {
    throw invalid('Each operation must have a path that starts with a slash.');
  }
  const names = path
    .slice(1)
    .split('/')
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = names.pop() ?? '';
  let parent = document;
  for (const name of names) {
    const child = Object.hasOwn(parent, name) ? parent[name] : undefined;
    if (!isObject(child)) {
      throw invalid(`There is nothing at ${path}.`);
    }
    parent = child;
  }
  if (last === '__proto__') {
    throw invalid(`${path} cannot be changed.`);
  }
  if (op === 'add' || op === 'replace') {
    if (value === undefined) {
      throw invalid(`The operation on ${path} must have a value.`);
    }
    if (op === 'replace' && !Object.hasOwn(parent, last)) {
      throw invalid(`There is nothing to replace at ${path}.`);
    }
    parent[last] = value;
  } else if (op === 'remove') {
    if (!Object.hasOwn(parent, last)) {
      throw invalid(`There is nothing to remove at ${path}.`);
    }
    Reflect.deleteProperty(parent, last);
  } else {
    throw invalid('The operations are add, replace and remove.');
  }
}

function invalid(message: string): ServiceError {
  return new ServiceError(400, 'JsonPatchInvalid', message);
}
