import { HEADERS } from '../../schema/contract.js';
import type { CompiledOperation, EngineAnswer, EngineRequest } from './CompiledOperation.js';
import { createAnswer } from './createAnswer.js';

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

  function begin(key: string, variables: Readonly<Record<string, unknown>>, request: EngineRequest): SharedRun {
    const controller = new AbortController();
    const answer = operation.run(variables, { ...request, signal: controller.signal }).finally(() => {
      if (runs.get(key) === run) runs.delete(key);
    });
    const run: SharedRun = { answer, waiting: 0, controller };
    runs.set(key, run);
    return run;
  }

  return {
    kind: operation.kind,
    async run(variables, request) {
      const key = runKey(variables, request);
      const run = runs.get(key) ?? begin(key, variables, request);
      run.waiting += 1;
      const leave = (): void => {
        run.waiting -= 1;
        if (run.waiting > 0) return;
        if (runs.get(key) === run) runs.delete(key);
        run.controller.abort();
      };
      request.signal?.addEventListener('abort', leave, { once: true });
      if (request.signal?.aborted) leave();
      const { dataText, failures } = await run.answer.finally(() =>
        request.signal?.removeEventListener('abort', leave),
      );
      return createAnswer(dataText, failures, request.requestId);
    },
  };
}

/** Headers that differ from request to request and say nothing about who asks. */
const OF_ONE_REQUEST: ReadonlySet<string> = new Set([HEADERS.requestId, 'traceparent', 'tracestate']);

function runKey(variables: Readonly<Record<string, unknown>>, { caller, headers }: EngineRequest): string {
  const telling = Object.entries(headers).filter(([name]) => !OF_ONE_REQUEST.has(name));
  return JSON.stringify([caller, telling.toSorted(([a], [b]) => (a < b ? -1 : 1)), variables]);
}
