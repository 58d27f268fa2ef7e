import type { FetchStep } from './FetchStep.js';
import { type JsonObject, isObject } from './mergeData.js';

const FRAGMENT = '... on ';

/**
 * The arguments that the objects of a step take from objects above them (`@context`, `@fromContext`).
 *
 * @returns for each object the variables by name; null for a value that is not there
 */
export function contextVariablesOf(root: JsonObject, step: FetchStep): Map<JsonObject, JsonObject> {
  const found = new Map<JsonObject, JsonObject>();
  const walk = (value: unknown, depth: number, above: readonly JsonObject[]): void => {
    const next = step.path[depth];
    if (Array.isArray(value)) {
      const below = next?.kind === 'each' ? depth + 1 : depth;
      for (const element of value) walk(element, below, above);
    } else if (isObject(value)) {
      if (!next) found.set(value, valuesFrom(step, [...above, value]));
      else if (next.kind === 'key') walk(value[next.key], depth + 1, [...above, value]);
      else if (next.kind === 'types' && next.matches(value['__typename'])) walk(value, depth + 1, above);
    }
  };
  walk(root, 0, []);
  return found;
}

/** @param lineage the objects from the root down to the entity */
function valuesFrom(step: FetchStep, lineage: readonly JsonObject[]): JsonObject {
  const variables: JsonObject = {};
  for (const { path, renameKeyTo } of step.contexts) {
    const up = path.filter((element) => element === '..').length;
    const origin = lineage[lineage.length - 1 - up];
    const value = origin && valueAt(origin, path.slice(up));
    if (value !== undefined) variables[renameKeyTo] = value;
    else variables[renameKeyTo] ??= null;
  }
  return variables;
}

/** Undefined when the object is not of a type on the way. */
function valueAt(value: unknown, path: readonly string[]): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (Array.isArray(value)) return value.map((element) => valueAt(element, path));
  if (!isObject(value)) return undefined;
  if (!first.startsWith(FRAGMENT)) return valueAt(value[first], rest);
  const typename = value['__typename'];
  return typename === undefined || typename === first.slice(FRAGMENT.length) ? valueAt(value, rest) : undefined;
}
