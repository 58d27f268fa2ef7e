import {
  ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
  type Schema,
  Supergraph,
  operationFromDocument,
} from '@apollo/federation-internals';
import { type PlanNode, QueryPlanner, type SubscriptionNode } from '@apollo/query-planner';
import { parse, print } from 'graphql';
import { readAccessTables } from '../../access/readAccessTables.js';
import { readCostWeights } from '../../limits/readCostWeights.js';
import type { GraphFacts } from './GraphFacts.js';
import { anchorObjects } from './anchorObjects.js';
import { fieldsRequiredWithArguments } from './fieldsRequiredWithArguments.js';
import { overridePercents } from './overridePercents.js';

/**
 * Plans operations over one supergraph. It is built from the true text, also where `ApolloGateway` was given a copy of it
 * without the features that it refuses. Building and planning take long: the gateway does both in a thread of its own.
 */
export class OperationPlanner {
  readonly facts: GraphFacts;
  readonly #api: Schema;
  readonly #planner: QueryPlanner;

  /** @throws when the text is no valid supergraph */
  constructor(supergraphSdl: string) {
    const supergraph = Supergraph.build(supergraphSdl, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES });
    this.#api = supergraph.apiSchema();
    this.facts = {
      apiSdl: print(this.#api.toAST()),
      supergraphSdl: print(supergraph.schema.toAST()),
      access: readAccessTables(supergraph.schema),
      costWeights: readCostWeights(supergraphSdl),
      requiredWithArguments: fieldsRequiredWithArguments(supergraphSdl),
      overridePercents: overridePercents(supergraphSdl),
    };
    this.#planner = new QueryPlanner(supergraph, {
      // Requests of one subgraph are put together, and fragments of two of them could have one name for two things.
      reuseQueryFragments: false,
      // Else fields under one path whose arguments differ by the parent's type overwrite each other.
      typeConditionedFetching: true,
    });
  }

  /**
   * @param operation the text of a document that holds one operation, with its ambiguous names marked
   * @param overrides which labels of progressive `@override` apply; a label that is missing does not
   * @returns undefined when no subgraph has to be asked
   * @throws when the document does not fit the schema, or the planner fails
   */
  plan(operation: string, overrides: ReadonlyMap<string, boolean>): PlanNode | SubscriptionNode | undefined {
    const document = anchorObjects(parse(operation, { noLocation: true }));
    const planned = operationFromDocument(this.#api, document);
    return this.#planner.buildQueryPlan(planned, { overrideConditions: new Map(overrides) }).node;
  }
}
