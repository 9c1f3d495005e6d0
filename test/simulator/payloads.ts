import { ServiceError } from './errors.ts';
import { isObject, type JsonObject } from './json.ts';

/** How large what is sent for a twin or a relationship may be, in bytes. */
export const maximumEntityBytes = 32 * 1024;
/** How large a model may be, in bytes of its JSON. */
export const maximumModelBytes = 1024 * 1024;

const namesOfTwins = ['$dtId', '$etag', '$metadata'];

/**
 * Checks what is to become a twin, as far as that goes without its model.
 * @throws ServiceError `ValidationFailed`.
 */
export function checkTwin(payload: JsonObject): void {
  const unknown = Object.keys(payload).find((name) => name.startsWith('$') && !namesOfTwins.includes(name));
  if (unknown !== undefined) {
    throw new ServiceError(400, 'ValidationFailed', `A digital twin has no ${unknown}.`);
  }
  checkValues(payload);
}

/**
 * Checks what is to become a relationship, as far as that goes without a model.
 * @throws ServiceError `InvalidRelationship` or `ValidationFailed`.
 */
export function checkRelationship(payload: JsonObject): void {
  // A bulk import names the source so, and a relationship that was meant for one is refused here.
  if (Object.hasOwn(payload, '$dtId')) {
    throw new ServiceError(400, 'InvalidRelationship', 'A relationship has no $dtId.');
  }
  checkValues(payload);
}

function checkValues(payload: JsonObject): void {
  for (const [name, value] of Object.entries(payload)) {
    if (!name.startsWith('$') && hasNull(value)) {
      throw new ServiceError(400, 'ValidationFailed', `The property ${name} is null, or has a null in it.`);
    }
  }
}

function hasNull(value: unknown): boolean {
  if (Array.isArray(value)) {
    return value.some(hasNull);
  }
  return value === null || (isObject(value) && Object.values(value).some(hasNull));
}
