import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import { presentError, stampRequestId } from '../errors/presentError.js';
import type { EngineAnswer } from './CompiledOperation.js';

/** Makes an answer whose further forms are made when somebody looks at them. */
export function createAnswer(dataText: string, failures: readonly GraphQLError[], requestId: string): EngineAnswer {
  let data: EngineAnswer['data'] | undefined;
  let errors: readonly GraphQLFormattedError[] | undefined;
  return {
    dataText,
    failures,
    get data() {
      return (data ??= parse(dataText));
    },
    get errors() {
      return (errors ??= stampRequestId(
        failures.map((failure) => presentError(failure.toJSON(), failure)),
        requestId,
      ));
    },
    get text() {
      return this.errors.length === 0
        ? `{"data":${dataText}}`
        : `{"errors":${JSON.stringify(this.errors)},"data":${dataText}}`;
    },
  };
}

function parse(text: string): EngineAnswer['data'] {
  return JSON.parse(text);
}
