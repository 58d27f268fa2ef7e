import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import { Kind, type SelectionSetNode } from 'graphql';
import type { PathStep } from './responsePlaces.js';

/** Response paths with dots that a fetch brings. */
export interface WrittenPaths {
  readonly all: ReadonlySet<string>;
  /** Those at which there are objects. */
  readonly nested: readonly string[];
}

const FRAGMENT = '... on ';

/** The paths that a fetch writes, under the names that they have once its output was rewritten. */
export function writtenPaths(at: string, selectionSet: SelectionSetNode, fetch: FetchNode): WrittenPaths {
  const renames = new Map<string, string>();
  for (const rewrite of fetch.outputRewrites ?? []) {
    if (rewrite.kind !== 'KeyRenamer') continue;
    renames.set(rewrite.path.filter((element) => !element.startsWith(FRAGMENT)).join('.'), rewrite.renameKeyTo);
  }
  const all = new Set<string>();
  const nested = new Set<string>();
  const walk = (set: SelectionSetNode, answered: string, written: string): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) walk(selection.selectionSet, answered, written);
      if (selection.kind !== Kind.FIELD) continue;
      const key = (selection.alias ?? selection.name).value;
      const from = join(answered, key);
      const to = join(written, renames.get(from) ?? key);
      all.add(to);
      if (!selection.selectionSet) continue;
      nested.add(to);
      walk(selection.selectionSet, from, to);
    }
  };
  walk(selectionSet, '', at);
  return { all, nested: [...nested] };
}

/** The paths that a fetch of entities reads: the way to them, and what it must send. */
export function readPaths(path: readonly PathStep[], requires: readonly QueryPlanSelectionNode[]): Set<string> {
  const paths = new Set<string>();
  let at = '';
  for (const step of path) {
    if (step.kind === 'key') paths.add((at = join(at, step.key)));
    else if (step.kind === 'types') paths.add(join(at, '__typename'));
  }
  const walk = (selections: readonly QueryPlanSelectionNode[], prefix: string): void => {
    for (const selection of selections) {
      if (selection.kind === 'InlineFragment') walk(selection.selections, prefix);
      else {
        const key = join(prefix, selection.alias ?? selection.name);
        paths.add(key);
        if (selection.selections) walk(selection.selections, key);
      }
    }
  };
  walk(requires, at);
  return paths;
}

function join(prefix: string, key: string): string {
  return prefix === '' ? key : `${prefix}.${key}`;
}
