import { type DocumentNode, getOperationAST, separateOperations } from 'graphql';
import { EVERYONE } from '../../gateway/access/everyone.js';
import type { EngineAnswer, EngineRequest } from '../../gateway/engine/CompiledOperation.js';
import type { Engine } from '../../gateway/engine/createEngine.js';

/** Runs a query or mutation on an engine. @param variables coerced */
export async function runOn(
  engine: Engine,
  document: DocumentNode,
  options: {
    variables?: Record<string, unknown>;
    operationName?: string | undefined;
    request?: Partial<EngineRequest>;
  } = {},
): Promise<EngineAnswer> {
  const { variables = {}, operationName, request = {} } = options;
  const { caller = EVERYONE } = request;
  const name = getOperationAST(document, operationName)?.name?.value ?? '';
  const alone = document.definitions.length === 1 ? document : (separateOperations(document)[name] ?? document);
  const compiled = await engine.compile(alone, caller);
  if (!('prepare' in compiled)) throw new Error('that is no query or mutation');
  const prepared = await compiled.prepare(variables, undefined);
  return prepared.run({ requestId: 'r1', headers: {}, ...request, caller });
}
