import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  Kind,
  isInterfaceType,
  isObjectType,
  visit,
} from 'graphql';

/** Before a key that a client chose, while an operation is planned and run. */
const MARK = '_c_';

/**
 * Keeps apart the names that clients give to what they ask for and those of the keys and other fields that the planner adds.
 *
 * The planner adds fields under their own names: keys, and what `@requires` and `@fromContext` need. A client that calls something else
 * by such a name (`{ product { id: name } }`), or asks for such a field with other arguments, would overwrite them, and entities
 * would be taken for others. So these names are marked while an operation is planned and run, and the mark is taken off in the answer.
 */
export class ClientNames {
  readonly #fields = new Set(['__typename']);

  /**
   * @param supergraphSchema with the types that clients do not see
   * @param withArguments the names of fields that some field set of the supergraph selects with arguments
   */
  constructor(
    supergraphSchema: GraphQLSchema,
    private readonly withArguments: ReadonlySet<string>,
  ) {
    for (const type of Object.values(supergraphSchema.getTypeMap())) {
      if (!isObjectType(type) && !isInterfaceType(type)) continue;
      for (const name of Object.keys(type.getFields())) this.#fields.add(name);
    }
  }

  /** The same operation with its ambiguous names marked. */
  mark(document: DocumentNode): DocumentNode {
    return visit(document, {
      FragmentDefinition: ({ typeCondition }) => (typeCondition.name.value.startsWith('__') ? false : undefined),
      Field: {
        enter: ({ name }) => (isIntrospection(name.value) ? false : undefined),
        leave: (field) => {
          const key = (field.alias ?? field.name).value;
          return this.#isAmbiguous(field, key)
            ? { ...field, alias: { kind: Kind.NAME, value: MARK + key } }
            : undefined;
        },
      },
    });
  }

  #isAmbiguous({ name }: FieldNode, key: string): boolean {
    if (key.startsWith(MARK)) return true;
    return key === name.value ? this.withArguments.has(key) : this.#fields.has(key);
  }
}

/** The name that a client gave to a key of the data. */
export function clientName(key: string): string {
  return key.startsWith(MARK) ? key.slice(MARK.length) : key;
}

/** Introspection is answered under the names in the document; it holds nothing that is planned. */
function isIntrospection(field: string): boolean {
  return field === '__schema' || field === '__type';
}
