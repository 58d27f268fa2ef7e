import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  isAbstractType,
  isCompositeType,
} from 'graphql';

/** What decides which selections apply, beside the type of the object. */
export interface FieldScope {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** The value of a variable that a `@skip` or `@include` names. */
  readonly condition: (variable: string) => boolean;
}

/**
 * The fields of an object of a type, by their keys in the response and in its order.
 *
 * @param type an abstract one when all that is known about the object is that it is one of these
 * @see https://spec.graphql.org/October2021/#CollectFields()
 */
export function collectFields(
  scope: FieldScope,
  type: GraphQLCompositeType,
  selectionSets: readonly SelectionSetNode[],
): Map<string, FieldNode[]> {
  const fields = new Map<string, FieldNode[]>();
  const visited = new Set<string>();
  const collect = (selections: readonly SelectionNode[]): void => {
    for (const selection of selections) {
      if (!isIncluded(scope, selection)) continue;
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        const same = fields.get(key);
        if (same) same.push(selection);
        else fields.set(key, [selection]);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        if (applies(scope.schema, selection.typeCondition?.name.value, type))
          collect(selection.selectionSet.selections);
      } else if (!visited.has(selection.name.value)) {
        visited.add(selection.name.value);
        const fragment = scope.fragments.get(selection.name.value);
        if (fragment && applies(scope.schema, fragment.typeCondition.name.value, type)) {
          collect(fragment.selectionSet.selections);
        }
      }
    }
  };
  for (const { selections } of selectionSets) collect(selections);
  return fields;
}

function isIncluded(scope: FieldScope, selection: SelectionNode): boolean {
  for (const directive of selection.directives ?? []) {
    const kind = directive.name.value;
    if (kind !== 'skip' && kind !== 'include') continue;
    const value = directive.arguments?.find((argument) => argument.name.value === 'if')?.value;
    const on = value?.kind === Kind.VARIABLE ? scope.condition(value.name.value) : isTrue(value);
    if (on === (kind === 'skip')) return false;
  }
  return true;
}

function isTrue(value: { readonly kind: Kind; readonly value?: unknown } | undefined): boolean {
  return value?.kind === Kind.BOOLEAN && value.value === true;
}

function applies(schema: GraphQLSchema, condition: string | undefined, type: GraphQLCompositeType): boolean {
  if (condition === undefined || condition === type.name) return true;
  const conditional = schema.getType(condition);
  if (!isCompositeType(conditional) || !isAbstractType(conditional)) return false;
  return 'getFields' in type && schema.isSubType(conditional, type);
}
