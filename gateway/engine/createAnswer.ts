import type { GraphQLFormattedError } from 'graphql';
import { presentError, stampRequestId } from '../errors/presentError.js';
import type { EngineAnswer } from './CompiledOperation.js';
import type { Failures } from './Failures.js';

/** Makes an answer whose further forms are made when somebody looks at them. */
export function createAnswer(dataText: string, failures: Failures, requestId: string): EngineAnswer {
  let data: EngineAnswer['data'] | undefined;
  let errors: readonly GraphQLFormattedError[] | undefined;
  const { told, leftOut } = failures;
  const answer: EngineAnswer = {
    dataText,
    failures: told,
    extensions: leftOut > 0 ? { errorsLeftOut: leftOut } : undefined,
    get data() {
      return (data ??= parse(dataText));
    },
    get errors() {
      return (errors ??= stampRequestId(
        told.map((failure) => presentError(failure.toJSON(), failure)),
        requestId,
      ));
    },
    textWith(more) {
      const extensions = answer.extensions || more ? { ...answer.extensions, ...more } : undefined;
      const before = told.length > 0 ? `"errors":${JSON.stringify(answer.errors)},` : '';
      const after = extensions ? `,"extensions":${JSON.stringify(extensions)}` : '';
      return `{${before}"data":${dataText}${after}}`;
    },
    for: (other) => createAnswer(dataText, failures, other),
  };
  return answer;
}

function parse(text: string): EngineAnswer['data'] {
  return JSON.parse(text);
}
