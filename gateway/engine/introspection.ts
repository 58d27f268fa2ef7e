import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  OperationTypeNode,
  type VariableDefinitionNode,
  executeSync,
  visit,
} from 'graphql';

/**
 * Answers introspection as the reference implementation does. What does not hang on variables is computed once.
 *
 * @returns a function from a root field to its JSON
 */
export function introspection(
  schema: GraphQLSchema,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  definitions: readonly VariableDefinitionNode[],
): (key: string, nodes: readonly FieldNode[], variables: Readonly<Record<string, unknown>>) => string {
  const known = new Map<string, string>();
  return (key, nodes, variables) => {
    const text = known.get(key);
    if (text !== undefined) return text;
    const spreads = reachable(nodes, fragments);
    const used = variablesIn([...nodes, ...spreads]);
    const document: DocumentNode = {
      kind: Kind.DOCUMENT,
      definitions: [
        {
          kind: Kind.OPERATION_DEFINITION,
          operation: OperationTypeNode.QUERY,
          variableDefinitions: definitions.filter(({ variable }) => used.has(variable.name.value)),
          selectionSet: { kind: Kind.SELECTION_SET, selections: nodes },
        },
        ...spreads,
      ],
    };
    const { data, errors } = executeSync({ schema, document, variableValues: variables });
    if (!data) throw new Error(`introspection failed: ${errors?.map(String).join('; ') ?? 'no data'}`);
    const answer = JSON.stringify(data[key] ?? null);
    if (used.size === 0) known.set(key, answer);
    return answer;
  };
}

function reachable(
  nodes: readonly FieldNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): FragmentDefinitionNode[] {
  const found = new Set<FragmentDefinitionNode>();
  const walk = (node: FieldNode | FragmentDefinitionNode): void => {
    visit(node, {
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (!fragment || found.has(fragment)) return;
        found.add(fragment);
        walk(fragment);
      },
    });
  };
  for (const node of nodes) walk(node);
  return [...found];
}

function variablesIn(nodes: readonly (FieldNode | FragmentDefinitionNode)[]): Set<string> {
  const names = new Set<string>();
  for (const node of nodes) {
    visit(node, {
      Variable({ name }) {
        names.add(name.value);
      },
    });
  }
  return names;
}
