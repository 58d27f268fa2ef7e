import type { GraphQLSchema } from 'graphql';
import type { ResponsePath } from '@apollo/query-planner';
import { type JsonObject, isObject } from './mergeData.js';
import { type TypeMatcher, objectTypeMatcher } from './typeMatcher.js';

/** One step on the way from the root of the data to the objects that a fetch is about. */
export type PathStep =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'each' }
  | { readonly kind: 'types'; readonly matches: TypeMatcher };

/** A place in the response; one object may be in many. */
export type Place = readonly (string | number)[];

/**
 * Reads a path as the planner writes it: keys, `@` for each element of a list, and `|[A,B]` behind either for objects of these
 * types only.
 */
export function parsePath(schema: GraphQLSchema, path: ResponsePath): PathStep[] {
  const isObjectType = objectTypeMatcher(schema);
  return path.flatMap((element): PathStep[] => {
    const [, name = '', types] = /^(.*?)(?:\|\[(.*)\])?$/.exec(String(element)) ?? [];
    const steps: PathStep[] = [];
    if (name === '@') steps.push({ kind: 'each' });
    else if (name !== '') steps.push({ kind: 'key', key: name });
    if (types !== undefined) {
      const names = new Set<unknown>(types.split(','));
      steps.push({ kind: 'types', matches: (typename) => names.has(typename) || !isObjectType(typename) });
    }
    return steps;
  });
}

/** The keys of a path joined by dots, without what says which elements and types are meant. */
export function dottedPath(path: readonly PathStep[]): string {
  return path.flatMap((step) => (step.kind === 'key' ? step.key : [])).join('.');
}

/** How far a path can be told without indexes: up to the first list. */
export function readablePath(path: readonly PathStep[]): Place {
  const each = path.findIndex(({ kind }) => kind === 'each');
  return path.slice(0, each === -1 ? path.length : each).flatMap((step) => (step.kind === 'key' ? step.key : []));
}

/** The distinct objects at a path. */
export function objectsAt(root: JsonObject, path: readonly PathStep[]): JsonObject[] {
  let current: unknown[] = [root];
  for (const step of path) {
    const next: unknown[] = [];
    for (const value of current) {
      if (step.kind === 'each') {
        if (Array.isArray(value)) for (const element of value) if (element !== null) next.push(element);
      } else if (isObject(value)) {
        if (step.kind === 'types') {
          if (step.matches(value['__typename'])) next.push(value);
        } else if (Object.hasOwn(value, step.key) && value[step.key] !== null) next.push(value[step.key]);
      }
    }
    if (next.length === 0) return [];
    // Objects are shared between places, and all that hangs below them need be visited only once.
    current = next.length > 1 && step.kind !== 'types' ? [...new Set(next)] : next;
  }
  return current.filter(isObject);
}

/**
 * Where one of these objects stands in the response.
 *
 * @param limit no more places than this are told
 */
export function placesOf(
  root: JsonObject,
  path: readonly PathStep[],
  targets: ReadonlySet<object>,
  limit: number,
): Place[] {
  const found: Place[] = [];
  const walk = (value: unknown, depth: number, place: Place): void => {
    if (found.length >= limit) return;
    const step = path[depth];
    if (!step) {
      if (isObject(value) && targets.has(value)) found.push(place);
    } else if (step.kind === 'each') {
      if (Array.isArray(value))
        for (const [index, element] of value.entries()) walk(element, depth + 1, [...place, index]);
    } else if (isObject(value)) {
      if (step.kind === 'key') {
        if (Object.hasOwn(value, step.key)) walk(value[step.key], depth + 1, [...place, step.key]);
      } else if (step.matches(value['__typename'])) walk(value, depth + 1, place);
    }
  };
  walk(root, 0, []);
  return found;
}
