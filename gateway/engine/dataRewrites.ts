import type { FetchDataRewrite } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { type JsonObject, isObject, setOwn } from './mergeData.js';
import { typeMatcher } from './typeMatcher.js';

const FRAGMENT = '... on ';

/** Changes an object in place. `typename` is its type where the object itself does not say. */
export type Rewrite = (object: JsonObject, typename?: unknown) => void;

/**
 * Compiles what the planner wants changed in the data of a fetch: set a value (the `__typename` under which an interface object
 * is known) or rename a key (an alias that keeps fields of one name and several types apart).
 *
 * @returns undefined when there is nothing to change
 */
export function compileRewrites(
  schema: GraphQLSchema,
  rewrites: readonly FetchDataRewrite[] | undefined,
): Rewrite | undefined {
  if (!rewrites || rewrites.length === 0) return undefined;
  // The path of a deeper one holds the keys from before the renaming of those above it.
  const deepestFirst = rewrites.toSorted((a, b) => b.path.length - a.path.length);
  const compiled = deepestFirst.map((rewrite) => compileAt(schema, rewrite.path, rewrite));
  return (object, typename) => {
    for (const apply of compiled) apply(object, typename);
  };
}

function compileAt(schema: GraphQLSchema, path: readonly string[], rewrite: FetchDataRewrite): Rewrite {
  const [first = '', ...rest] = path;
  if (first.startsWith(FRAGMENT)) {
    const matches = typeMatcher(schema, first.slice(FRAGMENT.length));
    const below = compileAt(schema, rest, rewrite);
    return (object, typename) => {
      const actual = object['__typename'] ?? typename;
      if (actual === undefined || matches(actual)) below(object, typename);
    };
  }
  if (rest.length === 0) return (object) => change(object, first, rewrite);
  const below = compileAt(schema, rest, rewrite);
  return (object) => eachObject(object[first], below);
}

function change(object: JsonObject, key: string, rewrite: FetchDataRewrite): void {
  if (rewrite.kind === 'ValueSetter') setOwn(object, key, rewrite.setValueTo);
  else if (Object.hasOwn(object, key) && object[key] !== undefined) {
    setOwn(object, rewrite.renameKeyTo, object[key]);
    delete object[key];
  }
}

function eachObject(value: unknown, apply: Rewrite): void {
  if (Array.isArray(value)) for (const element of value) eachObject(element, apply);
  else if (isObject(value)) apply(value);
}
