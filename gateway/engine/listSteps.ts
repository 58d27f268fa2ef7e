import type { FetchNode, PlanNode, ResponsePath } from '@apollo/query-planner';
import { type GraphQLSchema, OperationTypeNode } from 'graphql';
import type { FetchStep, StepCondition } from './FetchStep.js';
import { compileRepresentation } from './compileRepresentation.js';
import { compileRewrites } from './dataRewrites.js';
import { type FetchOperation, fetchOperation } from './fetchOperation.js';
import { type WrittenPaths, readPaths, writtenPaths } from './fetchPaths.js';
import { type PathStep, dottedPath, parsePath } from './responsePlaces.js';

/** A fetch node with all that its ancestors in the plan say about it. */
export interface FoundFetch {
  readonly fetch: FetchNode;
  readonly operation: FetchOperation;
  readonly path: readonly PathStep[];
  readonly at: string;
  /** The path as the planner writes it, with a dot behind each element. */
  readonly rawPath: string;
  readonly conditions: readonly StepCondition[];
  /** Those that the plan runs before it. */
  readonly before: readonly number[];
  readonly written: WrittenPaths;
}

/**
 * Makes a list of the fetches of a plan. The plan says what runs before what in sequences; a fetch really waits for those only
 * that bring what it reads, so branches that have nothing to do with one another do not wait for one another.
 *
 * @param given the response paths that are in the data from the start: those of a subscription's event
 */
export function listSteps(
  schema: GraphQLSchema,
  plan: PlanNode | undefined,
  given: ReadonlySet<string> = new Set(),
): FetchStep[] {
  const found = plan ? findFetches(schema, plan) : [];
  const steps: FetchStep[] = [];
  for (const [index, one] of found.entries()) {
    const after = waitsFor(found, one, given);
    steps.push({
      index,
      service: one.fetch.serviceName,
      operation: one.operation,
      variableUsages: one.fetch.variableUsages ?? [],
      path: one.path,
      placesKey: placesKey(found, one, after),
      at: one.at,
      representer: one.fetch.requires && compileRepresentation(schema, one.fetch.requires),
      rewriteInput: compileRewrites(schema, one.fetch.inputRewrites),
      rewriteOutput: compileRewrites(schema, one.fetch.outputRewrites),
      contexts: one.fetch.contextRewrites ?? [],
      conditions: one.conditions,
      after,
      level: Math.max(-1, ...after.map((other) => steps[other]?.level ?? 0)) + 1,
      uniform: isUniform(found, one),
      shape: shapeBelow(found, one),
      nested: one.written.nested,
    });
  }
  return steps;
}

/** Lists the fetches of a plan in an order in which they could run. */
export function findFetches(schema: GraphQLSchema, plan: PlanNode): FoundFetch[] {
  const found: FoundFetch[] = [];
  const walk = (
    node: PlanNode,
    path: ResponsePath,
    conditions: readonly StepCondition[],
    before: readonly number[],
  ): number[] => {
    switch (node.kind) {
      case 'Fetch': {
        const steps = parsePath(schema, path);
        const operation = fetchOperation(node);
        const at = dottedPath(steps);
        const rawPath = path.map((element) => `${element}.`).join('');
        const written = writtenPaths(at, operation.selectionSet, node);
        return [found.push({ fetch: node, operation, path: steps, at, rawPath, conditions, before, written }) - 1];
      }
      case 'Flatten':
        return walk(node.node, [...path, ...node.path], conditions, before);
      case 'Parallel':
        return node.nodes.flatMap((child) => walk(child, path, conditions, before));
      case 'Sequence': {
        const done: number[] = [];
        for (const child of node.nodes) done.push(...walk(child, path, conditions, [...before, ...done]));
        return done;
      }
      case 'Condition': {
        const branch = (child: PlanNode | undefined, value: boolean): number[] =>
          child ? walk(child, path, [...conditions, { variable: node.condition, value }], before) : [];
        return [...branch(node.ifClause, true), ...branch(node.elseClause, false)];
      }
      case 'Defer':
        throw new Error('the planner was not asked for @defer');
    }
  };
  walk(plan, [], [], []);
  return found;
}

function waitsFor(
  found: readonly FoundFetch[],
  { fetch, path, before }: FoundFetch,
  given: ReadonlySet<string>,
): readonly number[] {
  // Mutations keep their order, and what comes from above may come from any step before.
  if (fetch.operationKind !== OperationTypeNode.QUERY || !fetch.requires || fetch.contextRewrites?.length)
    return before;
  const reads = [...readPaths(path, fetch.requires)];
  const writes = (other: number, read: string): boolean => found[other]?.written.all.has(read) ?? false;
  const known = reads.every(
    (read) => read.endsWith('__typename') || given.has(read) || before.some((other) => writes(other, read)),
  );
  return known ? before.filter((other) => reads.some((read) => writes(other, read))) : before;
}

/** See `FetchStep.placesKey`: the path, and the steps that put objects on the way to it. */
function placesKey(found: readonly FoundFetch[], one: FoundFetch, after: readonly number[]): string {
  const { at, rawPath } = one;
  const brings = ({ written }: FoundFetch): boolean =>
    written.nested.some((path) => path === at || at.startsWith(`${path}.`));
  const onTheWay = found.flatMap((other, index) => (brings(other) ? index : []));
  // One that nobody waits for could still come and change what is there.
  return onTheWay.every((index) => after.includes(index)) ? rawPath : `${rawPath} ${found.indexOf(one)}`;
}

/** See `FetchStep.uniform`. */
function isUniform(found: readonly FoundFetch[], one: FoundFetch): boolean {
  // What comes from above in two fetches is put together place by place.
  if (found.filter(({ written }) => written.nested.includes(one.at)).length > 1) return false;
  return found.every((other) => !isBelow(other, one) || other.rawPath.startsWith(one.rawPath));
}

/** Tells apart what later fetches add below a path; see `FetchStep.shape`. */
function shapeBelow(found: readonly FoundFetch[], one: FoundFetch): string {
  return found
    .filter((other) => isBelow(other, one))
    .map(({ fetch, at, conditions }) =>
      JSON.stringify([at.slice(one.at.length), fetch.serviceName, fetch.operation, fetch.requires, conditions]),
    )
    .toSorted()
    .join('\n');
}

function isBelow(other: FoundFetch, { at }: FoundFetch): boolean {
  return other.at === at || at === '' || other.at.startsWith(`${at}.`);
}
