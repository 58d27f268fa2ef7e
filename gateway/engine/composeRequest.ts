import { print, stripIgnoredCharacters } from 'graphql';
import type { FetchAsk } from './FetchBatch.js';

/** The text of a request, and under which names its parts ask and are answered. */
export interface ComposedRequest {
  readonly query: string;
  readonly operationName: string | undefined;
  /** Client variables that it takes. */
  readonly variableUsages: readonly string[];
  /** One for each ask, in their order. */
  readonly parts: readonly {
    /** The variable of the representations. */
    readonly variable: string;
    /** The key of the entities in the answer. */
    readonly key: string;
  }[];
}

/** Writes the request of one ask, as the planner has it, or of several in one operation with aliases. */
export function composeRequest(asks: readonly FetchAsk[]): ComposedRequest {
  const steps = asks.map(({ steps: [first] }) => first);
  const [first] = steps;
  if (!first) throw new Error('a request needs something to ask');
  const variableUsages = [...new Set(steps.flatMap((step) => step.variableUsages))];
  const operationName = first.operation.name;
  if (steps.length === 1) {
    const parts = [{ variable: 'representations', key: '_entities' }];
    return { query: first.operation.text, operationName, variableUsages, parts };
  }
  const prefix = unusedPrefix([...variableUsages, ...steps.map(({ operation }) => operation.selectionText)]);
  const parts = steps.map((_, index) => ({ variable: `${prefix}r${index}`, key: `${prefix}e${index}` }));
  const definitions = new Map(
    steps.flatMap(({ operation }) =>
      operation.variableDefinitions.map((definition) => [definition.variable.name.value, print(definition)] as const),
    ),
  );
  const variables = [...definitions.values()];
  const selections = steps.map(({ representer, operation }, index) => {
    const part = parts[index];
    if (!representer || !part) return operation.selectionText;
    variables.push(`$${part.variable}:[_Any!]!`);
    return `${part.key}:_entities(representations:$${part.variable})${operation.selectionText}`;
  });
  const name = operationName ? ` ${operationName}` : '';
  const head = `query${name}${variables.length > 0 ? `(${variables.join(',')})` : ''}${first.operation.directives}`;
  return {
    query: stripIgnoredCharacters(`${head}{${selections.join(' ')}}`),
    operationName,
    variableUsages,
    parts,
  };
}

/** A beginning for names that nothing in these texts has. */
function unusedPrefix(texts: readonly string[]): string {
  let prefix = '_';
  while (texts.some((text) => new RegExp(`(?<!\\w)${prefix}[re]\\d`).test(text))) prefix += '_';
  return prefix;
}
