import {
  type GraphQLSchema,
  type OperationDefinitionNode,
  type VariableDefinitionNode,
  coerceInputValue,
  isInputType,
  isNonNullType,
  typeFromAST,
  valueFromAST,
} from 'graphql';
import { ERROR_CODES } from '../../schema/contract.js';
import { OperationRefused } from './OperationRefused.js';

/** More errors than this say nothing new; they end the reading. */
const MAX_ERRORS = 10;

/** Objects and lists within one another; no input of a schema nests so deep. */
const MAX_DEPTH = 64;

/** Names and values of clients may be of any length; what stands about them in an error is not. */
const MAX_PATH = 200;

type Given = Readonly<Record<string, unknown>>;

interface Problem {
  readonly message: string;
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** There are enough problems. */
class Enough extends Error {}

/**
 * The variables of an operation as the schema reads them, with defaults. graphql-js reads each value; of what it says about one that will not do, neither
 * the number nor the length hangs on what the client sent, and the value itself is not repeated.
 *
 * @param maxValues how many values all variables may have together, those within lists and objects included
 * @throws OperationRefused BAD_USER_INPUT with at most ten errors, each with `extensions.argument`
 */
export function coerceVariables(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  given: Given,
  { hideSuggestions, maxValues }: { readonly hideSuggestions: boolean; readonly maxValues: number },
): Record<string, unknown> {
  const coerced: Record<string, unknown> = Object.create(null);
  if (variableDefinitions.length === 0) return coerced;
  refuseOversized(given, maxValues);
  const problems: Problem[] = [];
  try {
    for (const definition of variableDefinitions) {
      coerceOne(schema, definition, given, coerced, hideSuggestions, (found) => {
        problems.push(found);
        if (problems.length >= MAX_ERRORS) throw new Enough();
      });
    }
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
  if (problems.length > 0) {
    throw new OperationRefused(
      problems.map(({ message, extensions }) => ({
        message,
        extensions: { code: ERROR_CODES.BAD_USER_INPUT, ...extensions },
      })),
    );
  }
  return coerced;
}

function coerceOne(
  schema: GraphQLSchema,
  { variable, type: typeNode, defaultValue }: VariableDefinitionNode,
  given: Given,
  coerced: Record<string, unknown>,
  hideSuggestions: boolean,
  report: (found: Problem) => void,
): void {
  const name = variable.name.value;
  const type = typeFromAST(schema, typeNode);
  // Validation has refused every other type.
  if (!isInputType(type)) return;
  if (!Object.hasOwn(given, name) || given[name] === undefined) {
    if (defaultValue) coerced[name] = valueFromAST(defaultValue, type);
    else if (isNonNullType(type)) {
      report(problem(name, `Variable "$${name}" of required type "${String(type)}" was not provided.`));
    }
    return;
  }
  const value = given[name];
  if (value === null && isNonNullType(type)) {
    report(problem(name, `Variable "$${name}" of non-null type "${String(type)}" must not be null.`));
    return;
  }
  coerced[name] = coerceInputValue(
    value,
    type,
    (path, _value, error) => {
      const at = cut(name + path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join(''), MAX_PATH);
      const where = path.length > 0 ? ` at "${at}"` : '';
      report(problem(at, `Variable "$${name}" got invalid value${where}: ${error.message}`));
    },
    hideSuggestions,
  );
}

function problem(argument: string, message: string): Problem {
  return { message: cut(message, OperationRefused.MAX_MESSAGE), extensions: { argument } };
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}...` : text;
}

/** Goes through what was sent with a list of its own, because a client could let it nest deeper than the stack is. */
function refuseOversized(given: Given, maxValues: number): void {
  let level: unknown[] = [given];
  let values = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) {
      const message = `The variables nest deeper than ${MAX_DEPTH} lists and objects within one another.`;
      throw OperationRefused.because(message, ERROR_CODES.BAD_USER_INPUT, { limit: MAX_DEPTH });
    }
    const below: unknown[] = [];
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue;
      const inside: unknown[] = Array.isArray(value) ? value : Object.values(value);
      values += inside.length;
      if (values > maxValues) {
        const message = `The variables hold more than ${maxValues} values (--max-input-values).`;
        throw OperationRefused.because(message, ERROR_CODES.BAD_USER_INPUT, { limit: maxValues });
      }
      for (const one of inside) if (typeof one === 'object' && one !== null) below.push(one);
    }
    level = below;
  }
}
