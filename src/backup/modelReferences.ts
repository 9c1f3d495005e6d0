import { isJsonObject, type JsonObject } from '../service/exactJson.ts';

/** What a model needs of others. */
export interface ModelReferences {
  /** Ids of all that is defined within it: its own, and those of inline interfaces and schemas. */
  readonly defines: readonly string[];
  /** Ids of the models that it extends or has as components: it is not accepted without them. */
  readonly needs: readonly string[];
  /** Ids of schemas that it names; some are of the language itself, others stand in another model. */
  readonly names: readonly string[];
}

/** Members that can have another element as their value, by their names in DTDL v2 and v3. */
const referring = ['extends', 'schema', 'elementSchema'] as const;

/**
 * Reads what a DTDL interface refers to, in all forms that DTDL v2 and v3 allow: a value may be an id, an element or an
 * array of both; a member may go by its term or by its own id (`dtmi:dtdl:property:extends;2`), and so may a type
 * (https://azure.github.io/opendigitaltwins-dtdl/DTDL/v3/DTDL.Specification.v3.html). The target of a relationship is no
 * reference in that sense: it need not be there.
 */
export function modelReferences(definition: JsonObject): ModelReferences {
  const defines = new Set<string>();
  const needs = new Set<string>();
  const names = new Set<string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      value.forEach(visit);
    } else if (isJsonObject(value)) {
      visitObject(value);
    }
  };
  const visitObject = (element: JsonObject): void => {
    const { '@id': id } = element;
    if (typeof id === 'string') {
      defines.add(id);
    }
    const isComponent = types(element).includes('Component');
    for (const [key, value] of Object.entries(element)) {
      const term = termOf(key, 'property');
      if (referring.some((each) => each === term)) {
        const isNeeded = term === 'extends' || (term === 'schema' && isComponent);
        idsIn(value).forEach((each) => (isNeeded ? needs : names).add(each));
      }
      if (isReference(value)) {
        continue;
      }
      visit(value);
    }
  };
  visitObject(definition);
  // What stands within it is no matter of others; only that it needs itself stays, for that is a circle.
  const isOfOthers = (id: string): boolean => !defines.has(id);
  return {
    defines: [...defines],
    needs: [...needs].filter((id) => isOfOthers(id) || id === definition['@id']),
    names: [...names].filter(isOfOthers),
  };
}

/** Ids that stand where an element could: as texts, or as objects that have nothing but an id. */
function idsIn(value: unknown): string[] {
  return [value].flat().flatMap((each) => {
    const id = isReference(each) ? each['@id'] : each;
    return typeof id === 'string' && id.startsWith('dtmi:') && !id.startsWith('dtmi:dtdl:') ? [id] : [];
  });
}

function isReference(value: unknown): value is JsonObject {
  return isJsonObject(value) && Object.keys(value).length === 1 && typeof value['@id'] === 'string';
}

function types(element: JsonObject): string[] {
  return [element['@type']].flat().flatMap((type) => (typeof type === 'string' ? [termOf(type, 'class')] : []));
}

/** The term of a name that may be written as an id of the language: `Component` of `dtmi:dtdl:class:Component;3`. */
function termOf(name: string, kind: 'property' | 'class'): string {
  const prefix = `dtmi:dtdl:${kind}:`;
  return name.startsWith(prefix) ? name.slice(prefix.length).replace(/;\d+$/, '') : name;
}

/** Whether an element is a DTDL interface, by its type. */
export function isInterface(element: JsonObject): boolean {
  return types(element).includes('Interface');
}
