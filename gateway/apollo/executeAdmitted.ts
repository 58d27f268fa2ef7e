import type { GatewayExecutor } from '@apollo/server-gateway-interface';
import { type Caller, HEADERS } from '../../schema/contract.js';
import type { EngineRequest } from '../engine/CompiledOperation.js';
import type { RequestContext } from '../http/RequestContext.js';
import { lazyData } from './lazyData.js';

/**
 * The engine as Apollo Server asks it: runs what the door let in. What it answers has the text of `data` with it; `stringifyAnswer` sends that.
 *
 * Errors are given whole: Apollo Server's pipeline logs and presents them.
 */
export const executeAdmitted: GatewayExecutor = async ({ context }) => {
  const asked = context as RequestContext;
  const { admitted, collected } = asked;
  if (admitted?.run.kind !== 'once') throw new Error('only queries and mutations that were let in are executed');
  const answer = await admitted.run.prepared.run(engineRequest(asked, admitted.caller));
  const { dataText, failures } = answer;
  const extensions =
    answer.extensions || collected?.extensions ? { ...collected?.extensions, ...answer.extensions } : undefined;
  return {
    data: dataText === 'null' ? null : lazyData(dataText),
    ...(failures.length > 0 && { errors: failures }),
    ...(extensions && { extensions }),
  };
};

/** Of a caller's request, nothing else reaches a subgraph, and of `forwarded` what is configured for it. */
function engineRequest(
  { requestId, authorization, signal, trace, forwarded, collected }: RequestContext,
  caller: Caller,
): EngineRequest {
  return {
    requestId,
    caller,
    forwarded,
    collect: collected && ((service, parts) => collected.add(service, parts)),
    headers: { [HEADERS.requestId]: requestId, ...(authorization && { authorization }), ...trace },
    signal,
  };
}
