import type { GraphQLSchema } from 'graphql';
import type { ResponsePath } from '@apollo/query-planner';
import { type JsonObject, isObject, setOwn } from './mergeData.js';
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
  const found = new Set<JsonObject>();
  replaceAt(root, path, (object) => {
    found.add(object);
    return object;
  });
  return [...found];
}

/**
 * Visits the objects at a path; one that stands in several places may be visited several times.
 *
 * @param visit gives the object that shall stand there from now on
 */
export function replaceAt(
  root: JsonObject,
  path: readonly PathStep[],
  visit: (object: JsonObject) => JsonObject,
): void {
  const last = path.findLastIndex(({ kind }) => kind !== 'types');
  const filters = path.slice(last + 1);
  const visitHere = (value: unknown): unknown => {
    if (!isObject(value)) return value;
    for (const filter of filters) {
      if (filter.kind === 'types' && !filter.matches(value['__typename'])) return value;
    }
    return visit(value);
  };
  const step = path[last];
  if (!step) {
    visitHere(root);
    return;
  }
  for (const holder of holdersAt(root, path.slice(0, last))) {
    if (step.kind === 'each') {
      if (Array.isArray(holder)) visitElements(holder, visitHere);
    } else if (step.kind === 'key' && isObject(holder) && Object.hasOwn(holder, step.key)) {
      const value = holder[step.key];
      const next = visitHere(value);
      if (next !== value) setOwn(holder, step.key, next);
    }
  }
}

function visitElements(list: unknown[], visit: (value: unknown) => unknown): void {
  for (let index = 0; index < list.length; index++) {
    const value = list[index];
    const next = visit(value);
    if (next !== value) list[index] = next;
  }
}

/** The distinct objects and lists at the beginning of a path. */
function holdersAt(root: JsonObject, path: readonly PathStep[]): Iterable<unknown> {
  let current: Iterable<unknown> = [root];
  for (const step of path) {
    // Objects are shared between places, and what hangs below them need be visited only once.
    const next = new Set<unknown>();
    for (const value of current) {
      if (step.kind === 'each') {
        if (Array.isArray(value)) for (const element of value) next.add(element);
      } else if (isObject(value)) {
        if (step.kind === 'types') {
          if (step.matches(value['__typename'])) next.add(value);
        } else if (Object.hasOwn(value, step.key)) next.add(value[step.key]);
      }
    }
    current = next;
  }
  return current;
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
