import type { ModelReferences } from './modelReferences.ts';

/** A model to be ordered. */
export interface OrderedModel {
  readonly id: string;
  /** Bytes of its JSON. */
  readonly bytes: number;
  readonly references: ModelReferences;
}

/** What one request may hold. */
export interface BatchLimits {
  readonly count: number;
  readonly bytes: number;
}

/**
 * Puts models into groups so that each refers only to its own group and to those before it. A group has one model, but
 * for models that refer to each other in a circle, which must stay together.
 */
export function inDependencyOrder<T extends OrderedModel>(models: readonly T[]): T[][] {
  const owners = new Map<string, T>();
  models.forEach((model) => {
    owners.set(model.id, model);
  });
  models.forEach((model) => {
    // Of what is defined within a model, the model itself comes first.
    model.references.defines.filter((id) => !owners.has(id)).forEach((id) => owners.set(id, model));
  });
  const needed = ({ references: { needs, names } }: T): Set<T> =>
    new Set([...needs, ...names].flatMap((id) => owners.get(id) ?? []));
  return circles([...new Set(owners.values())], needed);
}

/**
 * Puts models into requests that can be sent one after the other.
 *
 * @param limits a circle, and a model, that is larger than these stands alone: the service will say what it makes of it
 */
export function batches<T extends OrderedModel>(models: readonly T[], limits: BatchLimits): T[][] {
  const result: T[][] = [];
  let bytes = 0;
  for (const group of inDependencyOrder(models)) {
    const size = group.reduce((sum, model) => sum + model.bytes, 0);
    const last = result.at(-1);
    if (last && last.length + group.length <= limits.count && bytes + size <= limits.bytes) {
      last.push(...group);
      bytes += size;
    } else {
      result.push([...group]);
      bytes = size;
    }
  }
  return result;
}

/** Where the search for circles stands with one node. */
interface Visit<T> {
  readonly node: T;
  readonly number: number;
  lowest: number;
  readonly left: Iterator<T>;
}

/**
 * The strongly connected components of a graph, each after those that it leads to (Tarjan's algorithm). Without
 * recursion, for chains may be long.
 */
function circles<T>(nodes: readonly T[], next: (node: T) => Iterable<T>): T[][] {
  const found: T[][] = [];
  const numbers = new Map<T, number>();
  const open: T[] = [];
  const isOpen = new Set<T>();
  const begin = (node: T): Visit<T> => {
    const number = numbers.size;
    numbers.set(node, number);
    open.push(node);
    isOpen.add(node);
    return { node, number, lowest: number, left: next(node)[Symbol.iterator]() };
  };
  for (const root of nodes) {
    const path = numbers.has(root) ? [] : [begin(root)];
    for (let visit = path.at(-1); visit; visit = path.at(-1)) {
      const step = visit.left.next();
      if (step.done !== true) {
        const number = numbers.get(step.value);
        if (number === undefined) {
          path.push(begin(step.value));
        } else if (isOpen.has(step.value)) {
          visit.lowest = Math.min(visit.lowest, number);
        }
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent) {
        parent.lowest = Math.min(parent.lowest, visit.lowest);
      }
      if (visit.lowest === visit.number) {
        const group = open.splice(open.indexOf(visit.node));
        group.forEach((node) => isOpen.delete(node));
        found.push(group);
      }
    }
  }
  return found;
}
