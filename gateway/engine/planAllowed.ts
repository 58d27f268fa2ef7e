import { type DocumentNode, print } from 'graphql';
import type { Access } from '../access/Access.js';
import type { Guard } from '../access/Guard.js';
import type { Denial } from '../access/denialError.js';
import { closedInputs } from './closedInputs.js';
import { operationParts } from './operationParts.js';
import type { Plan, PlanOptions, PlannedGraph } from './plan/PlannedGraph.js';
import { type OperationAccess, withoutDenied } from './withoutDenied.js';

/** The plan for what a caller may see of an operation. */
export interface AllowedPlan {
  /** Undefined when no subgraph has to be asked. */
  readonly node: Plan;
  /** What was taken out. */
  readonly denials: readonly Denial[];
  /** Undefined when the caller may see everything. */
  readonly allowed: OperationAccess | undefined;
}

/**
 * Plans an operation without what the caller may not see, and without what could only be fetched by means of it.
 *
 * @param document one operation, with its ambiguous names marked and its conditions settled, as far as they can be
 * @param access undefined when the caller may see everything
 * @throws see `Planner.plan`
 */
export async function planAllowed(
  graph: PlannedGraph,
  document: DocumentNode,
  options: PlanOptions,
  access: Access | undefined,
): Promise<AllowedPlan> {
  if (!access) return { node: await graph.plan(print(document), options), denials: [], allowed: undefined };
  const inSupergraph = access.over(graph.supergraphSchema);
  const parts = operationParts(document, undefined);
  const closedPaths = new Map<string, readonly Guard[]>();
  const allowed: OperationAccess = { access, closedPaths };
  for (;;) {
    const part = withoutDenied(graph.apiSchema, allowed, parts);
    const node = part.document && (await graph.plan(print(part.document), options));
    const rest = node?.kind === 'Subscription' ? node.rest : node;
    const found = [...closedInputs(graph.supergraphSchema, rest, inSupergraph)];
    if (found.length === 0) return { node, denials: part.denials, allowed };
    const news = found.filter(([path]) => !closedPaths.has(path));
    for (const [path, guards] of news) closedPaths.set(path, guards);
    if (news.length === 0) throw new Error('a subgraph would be told what the caller may not see, and not for what');
  }
}
