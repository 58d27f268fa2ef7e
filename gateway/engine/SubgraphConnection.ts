import type { SubgraphAnswer } from '../upstream/SubgraphAnswer.js';
import type { SubgraphRequest, SubgraphRequestOptions } from '../upstream/SubgraphClient.js';

/** How the engine reaches a subgraph; `SubgraphClient` is one. */
export interface SubgraphConnection {
  /** @throws SubgraphFailure when there is no answer that can be used */
  ask(request: SubgraphRequest, options: SubgraphRequestOptions): Promise<SubgraphAnswer>;
}
