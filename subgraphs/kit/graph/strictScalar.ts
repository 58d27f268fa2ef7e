import { GraphQLError, GraphQLScalarType, type GraphQLScalarTypeConfig } from 'graphql';
import { ERROR_CODES } from '../../../schema/contract.js';

/**
 * A scalar whose refusals are BAD_USER_INPUT. The gateway does not look into custom scalars, so a malformed one is first
 * noticed here, where without this it would pass for a mistake of the gateway.
 */
export function strictScalar<Internal, External>(
  config: GraphQLScalarTypeConfig<Internal, External>,
): GraphQLScalarType<Internal, External> {
  const { parseValue, parseLiteral } = new GraphQLScalarType(config);
  const refusing =
    <Arguments extends unknown[]>(parse: (...given: Arguments) => Internal) =>
    (...given: Arguments): Internal => {
      try {
        return parse(...given);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new GraphQLError(`not a ${config.name}: ${reason}`, {
          extensions: { code: ERROR_CODES.BAD_USER_INPUT },
        });
      }
    };
  return new GraphQLScalarType({ ...config, parseValue: refusing(parseValue), parseLiteral: refusing(parseLiteral) });
}
