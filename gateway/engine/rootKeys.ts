import {
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  type SelectionSetNode,
  getDirectiveValues,
} from 'graphql';

/**
 * The keys under which a fetch of root fields answers, without those that its variables leave out: where it leaves holes when
 * it brings nothing.
 *
 * @param selectionSet what the planner selects, which has no named fragments
 */
export function rootKeys(selectionSet: SelectionSetNode, variables: Readonly<Record<string, unknown>>): string[] {
  const keys = new Set<string>();
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      const skip = getDirectiveValues(GraphQLSkipDirective, selection, variables);
      const include = getDirectiveValues(GraphQLIncludeDirective, selection, variables);
      if (skip?.['if'] === true || include?.['if'] === false) continue;
      if (selection.kind === Kind.FIELD) keys.add((selection.alias ?? selection.name).value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
    }
  };
  collect(selectionSet);
  keys.delete('__typename');
  return [...keys];
}
