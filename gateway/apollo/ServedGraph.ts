import type {
  GatewayInterface,
  GatewayLoadResult,
  GatewaySchemaLoadOrUpdateCallback,
  GatewayUnsubscriber,
} from '@apollo/server-gateway-interface';
import type { GraphQLSchema } from 'graphql';
import { executeAdmitted } from './executeAdmitted.js';

/** A supergraph as Apollo Server is told of it. */
interface Told {
  readonly apiSchema: GraphQLSchema;
  readonly supergraphSdl: string;
}

/**
 * What Apollo Server takes for its gateway. Each supergraph was loaded and validated by `ApolloGateway` in the planner's thread (`loadWithApollo`), and its
 * operations are run by our engine; so Apollo Server is told here which schema serves, and no more.
 */
export class ServedGraph implements GatewayInterface {
  readonly #told = new Set<GatewaySchemaLoadOrUpdateCallback>();
  #serving: Told;

  constructor(serving: Told) {
    this.#serving = serving;
  }

  async load(): Promise<GatewayLoadResult> {
    this.#tell();
    return { executor: executeAdmitted };
  }

  onSchemaLoadOrUpdate(callback: GatewaySchemaLoadOrUpdateCallback): GatewayUnsubscriber {
    this.#told.add(callback);
    return () => this.#told.delete(callback);
  }

  /** Another supergraph serves. */
  update(serving: Told): void {
    this.#serving = serving;
    this.#tell();
  }

  async stop(): Promise<void> {
    this.#told.clear();
  }

  #tell(): void {
    const { apiSchema, supergraphSdl } = this.#serving;
    for (const tell of this.#told) tell({ apiSchema, coreSupergraphSdl: supergraphSdl });
  }
}
