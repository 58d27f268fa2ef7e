import {
  type FieldNode,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  getDirectiveValues,
  parse,
} from 'graphql';

type Path = (string | number)[];

/**
 * Where in its own response a fetch that brought nothing leaves holes. A fetch of entities leaves one, at its very place in
 * the client's response (the empty path); a fetch of root fields leaves one for each of them.
 *
 * It parses the text anew: that happens only when something failed.
 *
 * @param query the text that was sent to the subgraph, as the query planner made it
 */
export function lostPaths(query: string, variables: Readonly<Record<string, unknown>> | undefined): Path[] {
  const document = parse(query, { noLocation: true });
  const operation = document.definitions.find(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const fragments = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition.selectionSet] as const] : [],
    ),
  );
  const fields: FieldNode[] = [];
  const collect = (selectionSet: SelectionSetNode | undefined): void => {
    for (const selection of selectionSet?.selections ?? []) {
      const skip = getDirectiveValues(GraphQLSkipDirective, selection, variables);
      const include = getDirectiveValues(GraphQLIncludeDirective, selection, variables);
      if (skip?.['if'] === true || include?.['if'] === false) continue;
      if (selection.kind === Kind.FIELD) fields.push(selection);
      else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
      else collect(fragments.get(selection.name.value));
    }
  };
  collect(operation?.selectionSet);
  if (fields.some(({ name }) => name.value === '_entities')) return [[]];
  const keys = new Set(fields.map(({ alias, name }) => (alias ?? name).value).filter((key) => key !== '__typename'));
  return [...keys].map((key) => [key]);
}
