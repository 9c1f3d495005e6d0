import { isObject, type JsonObject } from './json.ts';

/** The versions of the Digital Twins Definition Language whose own identifiers may stand for its terms. */
const versions = [2, 3];

/** Whether a DTDL element is of this class, `Interface` for example. */
export function isOfClass(element: JsonObject, name: string): boolean {
  const names: unknown[] = [name, ...versions.map((version) => `dtmi:dtdl:class:${name};${version}`)];
  return [element['@type']].flat().some((type) => names.includes(type));
}

/**
 * The ids of the models that an interface extends or has as components. An interface that stands inline is no model: what
 * it refers to counts, its own id does not.
 */
export function modelReferences(definition: JsonObject): string[] {
  const components = values(definition, 'contents')
    .filter(isObject)
    .filter((content) => isOfClass(content, 'Component'));
  const referred = [
    ...values(definition, 'extends'),
    ...components.flatMap((component) => values(component, 'schema')),
  ].flatMap(idsIn);
  return [...new Set(referred)];
}

/** What an element has as a property, which may be one value or an array. */
function values(element: JsonObject, property: string): unknown[] {
  const names = [property, ...versions.map((version) => `dtmi:dtdl:property:${property};${version}`)];
  return names.flatMap((name) => element[name] ?? []);
}

function idsIn(reference: unknown): string[] {
  if (typeof reference === 'string') {
    return [reference];
  }
  if (!isObject(reference)) {
    return [];
  }
  const { '@id': id, ...others } = reference;
  // An object that has nothing but an id is no inline interface, but another way to write the id.
  return typeof id === 'string' && Object.keys(others).length === 0 ? [id] : modelReferences(reference);
}
