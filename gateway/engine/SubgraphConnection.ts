import type { Caller } from '../../schema/contract.js';
import type { SubgraphAnswer } from '../upstream/SubgraphAnswer.js';
import type { SubgraphRequest } from '../upstream/SubgraphClient.js';

/** How the engine reaches a subgraph; `SubgraphClient` is one. */
export interface SubgraphConnection {
  /** @throws SubgraphFailure when there is no answer that can be used */
  ask(
    request: SubgraphRequest,
    options: {
      readonly caller: Caller;
      readonly headers: Readonly<Record<string, string>>;
      readonly signal?: AbortSignal | undefined;
    },
  ): Promise<SubgraphAnswer>;
}
