import type { ApolloGateway } from '@apollo/gateway';
import { type FormattedExecutionResult, type GraphQLSchema, OperationTypeNode, getVariableValues } from 'graphql';
import { HEADERS } from '../../schema/contract.js';
import { nameOperation } from '../access/nameOperation.js';
import type { RequestContext } from '../http/RequestContext.js';
import type { EngineRequest } from './CompiledOperation.js';
import type { Engine } from './createEngine.js';
import { lazyData, untouchedText } from './lazyData.js';

type Executor = ApolloGateway['executor'];

/**
 * The engine as Apollo Server asks it. What it answers has the text of `data` with it; `stringifyAnswer` sends that.
 *
 * Errors are given whole: Apollo Server's pipeline logs and presents them.
 *
 * @param engineOf the engine for the API schema by which an operation was validated
 */
export function apolloExecutor(engineOf: (apiSchema: GraphQLSchema) => Engine): Executor {
  return async ({ document, request, operation, context, schema }) => {
    const engine = engineOf(schema);
    const { coerced, errors } = getVariableValues(
      engine.apiSchema,
      operation.variableDefinitions ?? [],
      request.variables ?? {},
    );
    if (errors) return { errors: [...errors] };
    if (operation.operation === OperationTypeNode.SUBSCRIPTION) throw new Error('a subscription is not executed');
    const { requestId, authorization, signal, trace } = context;
    const caller = nameOperation(context.caller, operation.name?.value);
    const compiled = engine.compile(document, request.operationName ?? undefined, caller);
    if (!('run' in compiled)) throw new Error('a subscription is not executed');
    const { dataText, failures } = await compiled.run(
      coerced,
      engineRequest({ requestId, caller, authorization, signal, trace }),
    );
    const data = dataText === 'null' ? null : lazyData(dataText);
    return failures.length > 0 ? { data, errors: failures } : { data };
  };
}

/** Of a caller's request, nothing else reaches a subgraph. */
function engineRequest({
  requestId,
  caller,
  authorization,
  signal,
  trace,
}: Pick<RequestContext, 'requestId' | 'caller' | 'authorization' | 'signal' | 'trace'>): EngineRequest {
  return {
    requestId,
    caller,
    headers: { [HEADERS.requestId]: requestId, ...(authorization && { authorization }), ...trace },
    signal,
  };
}

/** Apollo Server's `stringifyResult`. */
export function stringifyAnswer({ errors, data, extensions }: FormattedExecutionResult): string {
  const text = data ? untouchedText(data) : undefined;
  if (text === undefined) return `${JSON.stringify({ errors, data, extensions })}\n`;
  const before = errors ? `"errors":${JSON.stringify(errors)},` : '';
  const after = extensions ? `,"extensions":${JSON.stringify(extensions)}` : '';
  return `{${before}"data":${text}${after}}\n`;
}
