import { type DirectiveNode, type DocumentNode, Kind, type SelectionNode, visit } from 'graphql';

const TYPENAME: SelectionNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/**
 * The operation that is left when its `@skip` and `@include` are carried out. The planner is shown this one: of a field that may be left
 * out, it forgets what the field requires and sends it for the others all the same, so that they are not answered when it is left out.
 *
 * An object all of whose fields are left out is asked for its type, because it is asked for.
 *
 * @param valueOf the value of a variable; undefined leaves what hangs on it as it is
 */
export function settleConditions(
  document: DocumentNode,
  valueOf: (variable: string) => boolean | undefined,
): DocumentNode {
  const settle = <T extends SelectionNode>(selection: T): T | null | undefined => {
    if (!selection.directives?.some(isCondition)) return undefined;
    const directives: DirectiveNode[] = [];
    for (const directive of selection.directives) {
      const value = isCondition(directive) ? conditionOf(directive, valueOf) : undefined;
      if (value === undefined) directives.push(directive);
      else if (value === (directive.name.value === 'skip')) return null;
    }
    return { ...selection, directives };
  };
  return visit(document, {
    Field: settle,
    InlineFragment: settle,
    FragmentSpread: settle,
    SelectionSet: { leave: (set) => (set.selections.length === 0 ? { ...set, selections: [TYPENAME] } : undefined) },
  });
}

function isCondition({ name }: DirectiveNode): boolean {
  return name.value === 'skip' || name.value === 'include';
}

function conditionOf(
  directive: DirectiveNode,
  valueOf: (variable: string) => boolean | undefined,
): boolean | undefined {
  const value = directive.arguments?.find(({ name }) => name.value === 'if')?.value;
  if (value?.kind === Kind.VARIABLE) return valueOf(value.name.value);
  return value?.kind === Kind.BOOLEAN ? value.value : undefined;
}
