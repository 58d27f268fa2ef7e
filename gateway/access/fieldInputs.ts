import {
  type CompositeType,
  CONTEXT_VERSIONS,
  ContextSpecDefinition,
  type FieldDefinition,
  FieldSelection,
  InterfaceType,
  JOIN_VERSIONS,
  ObjectType,
  type Schema,
  type SelectionSet,
  isInterfaceType,
  isObjectType,
  parseSelectionSet,
} from '@apollo/federation-internals';

export type AnyField = FieldDefinition<ObjectType> | FieldDefinition<InterfaceType>;

/** What subgraphs are told of an object so that they can answer: fields of object types, by the directives of the supergraph. */
export interface FieldInputs {
  /** What a field is computed from, and what that is computed from. */
  ofField(field: AnyField): readonly AnyField[];
  /** By which fields the objects of a type are known. */
  ofKeys(type: ObjectType): readonly AnyField[];
}

const JOIN = 'https://specs.apollo.dev/join';

/** Reads `@requires`, `@fromContext` and `@key` as composition wrote them down. */
export function fieldInputs(schema: Schema): FieldInputs {
  const join = schema.coreFeatures?.getByIdentity(JOIN);
  const specification = join && JOIN_VERSIONS.find(join.url.version);
  if (!specification) throw new Error('the supergraph does not say which subgraph has what');
  const joinField = specification.fieldDirective(schema);
  const joinType = specification.typeDirective(schema);
  const contexts = typesOfContexts(schema);

  const direct = (field: AnyField): AnyField[] =>
    field.appliedDirectivesOf(joinField).flatMap((applied) => {
      const { requires, contextArguments = [] } = applied.arguments();
      return [
        ...(requires ? selected(field.parent, requires) : []),
        ...contextArguments.flatMap(({ context, selection }) =>
          (contexts.get(context) ?? []).flatMap((type) => selected(type, selection)),
        ),
      ];
    });

  const keysOf = (type: ObjectType | InterfaceType): AnyField[] =>
    type.appliedDirectivesOf(joinType).flatMap((applied) => {
      const { key } = applied.arguments();
      return key ? selected(type, key) : [];
    });

  return {
    ofField(field) {
      const found = new Set<AnyField>();
      const add = (one: AnyField): void => {
        for (const input of direct(one)) {
          if (found.has(input)) continue;
          found.add(input);
          add(input);
        }
      };
      add(field);
      return [...found];
    },
    ofKeys(type) {
      const named = type
        .interfaces()
        .flatMap(keysOf)
        .map(({ name }) => type.field(name));
      return [...keysOf(type), ...named.filter((field) => field !== undefined)];
    },
  };
}

function selected(parentType: CompositeType, source: string): AnyField[] {
  return fieldsIn(parseSelectionSet({ parentType, source, validate: false }));
}

/** All fields of a selection, those of an interface as the fields of its types. */
function fieldsIn(set: SelectionSet): AnyField[] {
  return set.selections().flatMap((selection) => {
    const below = selection.selectionSet ? fieldsIn(selection.selectionSet) : [];
    return selection instanceof FieldSelection ? [...ofObjects(selection.element.definition), ...below] : below;
  });
}

function ofObjects(field: FieldDefinition<CompositeType>): AnyField[] {
  const { parent, name } = field;
  const types = isObjectType(parent) ? [parent] : isInterfaceType(parent) ? parent.possibleRuntimeTypes() : [];
  return types.flatMap((type) => type.field(name) ?? []);
}

function typesOfContexts(schema: Schema): ReadonlyMap<string, readonly CompositeType[]> {
  const types = new Map<string, CompositeType[]>();
  const feature = schema.coreFeatures?.getByIdentity(ContextSpecDefinition.identity);
  const directive = feature && CONTEXT_VERSIONS.find(feature.url.version)?.contextDirective(schema);
  for (const applied of directive?.applications() ?? []) {
    const { name } = applied.arguments();
    const { parent } = applied;
    if (parent instanceof ObjectType || parent instanceof InterfaceType)
      types.set(name, [...(types.get(name) ?? []), parent]);
  }
  return types;
}
