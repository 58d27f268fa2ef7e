import { operationFromDocument, ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals';
import { QueryPlanner, type PlanNode } from '@apollo/query-planner';
import { parse } from 'graphql';

/** A request that the gateway sends for a customer, at the root or for the entity `Customer`. */
export interface PlannedFetch {
  readonly subgraph: string;
  readonly query: string;
  /** Whether it asks `_entities` for the customer; else it is at the root. */
  readonly ofCustomer: boolean;
}

function collect(node: PlanNode | undefined, path: string, found: PlannedFetch[]): void {
  if (node === undefined) return;
  switch (node.kind) {
    case 'Fetch':
      if (path === '' || path === 'customer360') {
        found.push({ subgraph: node.serviceName, query: node.operation, ofCustomer: path !== '' });
      }
      return;
    case 'Flatten':
      collect(node.node, node.path.join('.'), found);
      return;
    case 'Sequence':
    case 'Parallel':
      for (const child of node.nodes) collect(child, path, found);
      return;
    default:
  }
}

/** The requests for the customer itself in the plan of an operation that enters by `customer360`. */
export function planFetches(supergraphSdl: string, operation: string): PlannedFetch[] {
  const supergraph = Supergraph.build(supergraphSdl, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES });
  const planner = new QueryPlanner(supergraph);
  const plan = planner.buildQueryPlan(operationFromDocument(supergraph.apiSchema(), parse(operation)));
  const found: PlannedFetch[] = [];
  if (plan.node?.kind !== 'Subscription') collect(plan.node, '', found);
  return found;
}
