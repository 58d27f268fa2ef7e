import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  print,
  visit,
} from 'graphql';

/**
 * What is the same for two texts of one operation: the operation with the fragments that it uses, without layout, comments, the order of
 * definitions, and the `__typename`s that clients add on their own. Names of operations and fragments count.
 *
 * @param document parsed, perhaps not valid
 */
export function safelistKey(document: DocumentNode, operation: OperationDefinitionNode): string {
  const definitions = [operation, ...fragmentsOf(document, operation).sort(byName)];
  return definitions.map((definition) => print(visit(definition, { SelectionSet: { leave: plain } }))).join('\n');
}

/** The fragments that an operation uses, itself or through others, in the document's order. */
export function fragmentsOf(document: DocumentNode, operation: OperationDefinitionNode): FragmentDefinitionNode[] {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const used = new Set<FragmentDefinitionNode>();
  const pending: (OperationDefinitionNode | FragmentDefinitionNode)[] = [operation];
  for (let next = pending.pop(); next; next = pending.pop()) {
    visit(next, {
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (!fragment || used.has(fragment)) return;
        used.add(fragment);
        pending.push(fragment);
      },
    });
  }
  return [...fragments.values()].filter((fragment) => used.has(fragment));
}

function plain<T extends { readonly selections: readonly SelectionNode[] }>(set: T): T | undefined {
  const selections = set.selections.filter((selection) => !isTypename(selection));
  return selections.length === 0 || selections.length === set.selections.length ? undefined : { ...set, selections };
}

function isTypename(selection: SelectionNode): selection is FieldNode {
  return (
    selection.kind === Kind.FIELD &&
    selection.name.value === '__typename' &&
    !selection.alias &&
    !selection.directives?.length
  );
}

function byName(one: FragmentDefinitionNode, other: FragmentDefinitionNode): number {
  return one.name.value < other.name.value ? -1 : 1;
}
