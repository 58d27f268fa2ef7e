import { HEADERS } from '../../schema/contract.js';
import type { CompiledOperation, EngineAnswer, EngineRequest, PreparedOperation } from './CompiledOperation.js';

/** A run that answers several requests. */
interface SharedRun {
  readonly answer: Promise<EngineAnswer>;
  /** Requests that still wait for it. */
  waiting: number;
  /** Aborted when nobody does. */
  readonly controller: AbortController;
}

/**
 * Lets requests that ask the same at the same time have one run: equal variables, equal claims, and equal headers for the
 * subgraphs but for the request id, so never two callers. What was answered is not kept: a request that comes after the answer has a run of its own.
 *
 * @param operation a query: a mutation must happen as often as it was asked for
 */
export function shareRuns(operation: CompiledOperation): CompiledOperation {
  const runs = new Map<string, SharedRun>();

  function begin(key: string, prepared: PreparedOperation, request: EngineRequest): SharedRun {
    const controller = new AbortController();
    const answer = prepared.run({ ...request, signal: controller.signal }).finally(() => {
      if (runs.get(key) === run) runs.delete(key);
    });
    const run: SharedRun = { answer, waiting: 0, controller };
    runs.set(key, run);
    return run;
  }

  const shared = (prepared: PreparedOperation, variables: Readonly<Record<string, unknown>>): PreparedOperation => ({
    async run(request) {
      if (request.collect) return prepared.run(request);
      const key = runKey(variables, request);
      const run = runs.get(key) ?? begin(key, prepared, request);
      run.waiting += 1;
      const leave = (): void => {
        run.waiting -= 1;
        if (run.waiting > 0) return;
        if (runs.get(key) === run) runs.delete(key);
        run.controller.abort();
      };
      request.signal?.addEventListener('abort', leave, { once: true });
      if (request.signal?.aborted) leave();
      const answer = await run.answer.finally(() => request.signal?.removeEventListener('abort', leave));
      return answer.for(request.requestId);
    },
  });

  return {
    kind: operation.kind,
    prepare(variables, caller) {
      const prepared = operation.prepare(variables, caller);
      return prepared instanceof Promise ? prepared.then((one) => shared(one, variables)) : shared(prepared, variables);
    },
  };
}

/** Headers that differ from request to request and say nothing about who asks. */
const OF_ONE_REQUEST: ReadonlySet<string> = new Set([HEADERS.requestId, 'traceparent', 'tracestate']);

function runKey(variables: Readonly<Record<string, unknown>>, { caller, headers, forwarded }: EngineRequest): string {
  const telling = Object.entries(headers).filter(([name]) => !OF_ONE_REQUEST.has(name));
  return JSON.stringify([caller, telling.toSorted(([a], [b]) => (a < b ? -1 : 1)), forwarded, variables]);
}
