import type { GraphQLError, GraphQLFormattedError } from 'graphql';

/** The client asked for something that is not done; `errors` are what it reads, without the request id. */
export class OperationRefused extends Error {
  override readonly name = 'OperationRefused';

  /** A longer message of the parser or the validation is cut: it may quote what the client sent. */
  static readonly MAX_MESSAGE = 400;

  /** @param status of the answer over HTTP; the same for `application/json` and `application/graphql-response+json` unless it is 400 */
  constructor(
    readonly errors: readonly GraphQLFormattedError[],
    readonly status: number = 400,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(errors[0]?.message);
  }

  /** A refusal with one code for all errors, except those that have one of their own. */
  static of(errors: readonly GraphQLError[], code: string): OperationRefused {
    return new OperationRefused(
      errors.map((error) => {
        const { message, locations, extensions } = error.toJSON();
        const { http: _http, ...told } = extensions ?? {};
        const max = OperationRefused.MAX_MESSAGE;
        return {
          message: message.length > max ? `${message.slice(0, max)}...` : message,
          ...(locations && { locations }),
          extensions: { code, ...told },
        };
      }),
    );
  }

  /** A refusal for one reason. */
  static because(message: string, code: string, extensions: Readonly<Record<string, unknown>> = {}): OperationRefused {
    return new OperationRefused([{ message, extensions: { code, ...extensions } }]);
  }
}
