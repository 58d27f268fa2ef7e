import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';

const TYPENAME: SelectionNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/**
 * The same operation, for the planner: every object is asked for something that hangs on no `@skip` or `@include`. Where all of an
 * object's fields can be left out, the planner leaves out the object's own field with them; but the object is asked for, and is `{}`
 * or null.
 */
export function anchorObjects(document: DocumentNode): DocumentNode {
  const fragments = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [],
    ),
  );
  return visit(document, {
    Field: {
      leave: ({ selectionSet, ...field }) =>
        selectionSet && hangsOnConditions(selectionSet, fragments)
          ? { ...field, selectionSet: { ...selectionSet, selections: [...selectionSet.selections, TYPENAME] } }
          : undefined,
    },
  });
}

function hangsOnConditions(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): boolean {
  return selections.every((selection) => {
    if (selection.directives?.some(({ name }) => name.value === 'skip' || name.value === 'include')) return true;
    if (selection.kind === Kind.FIELD) return false;
    const below = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    return !below || hangsOnConditions(below.selectionSet, fragments);
  });
}
