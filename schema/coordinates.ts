import {
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  TypeInfo,
  getNamedType,
  isEnumType,
  isInputObjectType,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/**
 * What of a schema an operation touches, as schema coordinates with dots: `Type`, `Type.field`, `Type.field.argument`, `Input.field`,
 * `Enum.VALUE`. Of a variable nobody knows which fields and values clients put into it, so it touches all that its type can hold; a
 * field that answers an enum touches the enum, since any of its values may come.
 *
 * @param document valid by `schema`
 * @see https://spec.graphql.org/draft/#sec-Schema-Coordinates
 */
export function coordinatesOf(schema: GraphQLSchema, document: DocumentNode): Set<string> {
  const found = new Set<string>();
  const info = new TypeInfo(schema);
  const touch = (type: GraphQLNamedType | null | undefined): void => {
    if (type) found.add(type.name);
  };
  // A value that is written out touches itself, and not the others of its enum.
  const touchInput = (type: GraphQLNamedType | null | undefined): void => {
    if (!isEnumType(type)) touch(type);
  };
  visit(
    document,
    visitWithTypeInfo(info, {
      Field() {
        const parent = info.getParentType();
        const field = info.getFieldDef();
        if (!parent || !field) return;
        touch(parent);
        found.add(`${parent.name}.${field.name}`);
        touch(getNamedType(field.type));
      },
      Argument() {
        const [parent, field, argument] = [info.getParentType(), info.getFieldDef(), info.getArgument()];
        if (parent && field && argument) found.add(`${parent.name}.${field.name}.${argument.name}`);
        touchInput(getNamedType(info.getInputType()));
      },
      ObjectField({ name }) {
        const parent = getNamedType(info.getParentInputType());
        if (parent) found.add(`${parent.name}.${name.value}`);
        touchInput(getNamedType(info.getInputType()));
      },
      EnumValue({ value }) {
        const type = getNamedType(info.getInputType());
        if (type) found.add(`${type.name}.${value}`);
      },
      InlineFragment: () => touch(info.getType() && getNamedType(info.getType())),
      FragmentDefinition: () => touch(info.getType() && getNamedType(info.getType())),
      VariableDefinition() {
        addWhatFits(info.getInputType(), found);
      },
    }),
  );
  return found;
}

/** Everything that a value of an input type can hold. */
function addWhatFits(type: GraphQLInputType | null | undefined, found: Set<string>): void {
  const named = getNamedType(type);
  if (!named) return;
  // A type may hold itself.
  const isNew = !found.has(`${named.name}.*`);
  found.add(named.name).add(`${named.name}.*`);
  if (isEnumType(named)) for (const { name } of named.getValues()) found.add(`${named.name}.${name}`);
  if (!isInputObjectType(named) || !isNew) return;
  for (const field of Object.values(named.getFields())) {
    found.add(`${named.name}.${field.name}`);
    addWhatFits(field.type, found);
  }
}
