import {
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** How large a document is. Fragments count wherever they are spread; of several operations, the largest figure counts. */
export interface DocumentSize {
  /** Of fields within fields. */
  readonly depth: number;
  /** Fields with an alias. */
  readonly aliases: number;
  /** Fields of the root type. */
  readonly rootFields: number;
  /** As they are written, in the whole document. */
  readonly directives: number;
  /** Whether it asks for the schema, by `__schema` or `__type`. */
  readonly introspects: boolean;
}

interface Selected {
  readonly depth: number;
  readonly aliases: number;
  readonly fields: number;
}

const NOTHING: Selected = { depth: 0, aliases: 0, fields: 0 };

/**
 * Measures a document before it is validated, in time linear to its length. A fragment is measured once, so that fragments that spread
 * each other again and again cost nothing; where they form a circle, the circle counts once, and validation refuses it later.
 *
 * @returns figures that may be as large as `Number.MAX_SAFE_INTEGER`, which stands for anything above it
 */
export function measureDocument(document: DocumentNode): DocumentSize {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const operations: OperationDefinitionNode[] = [];
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    else if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition);
  }

  const measured = new Map<string, Selected>();
  let directives = 0;
  let introspects = false;
  const count = (written: readonly DirectiveNode[] | undefined): void => {
    directives += written?.length ?? 0;
  };

  const ofFragment = (name: string): Selected => {
    const known = measured.get(name);
    if (known) return known;
    measured.set(name, NOTHING);
    const fragment = fragments.get(name);
    if (!fragment) return NOTHING;
    count(fragment.directives);
    const size = ofSelections(fragment.selectionSet);
    measured.set(name, size);
    return size;
  };

  function ofSelections(set: SelectionSetNode): Selected {
    let depth = 0;
    let aliases = 0;
    let fields = 0;
    for (const selection of set.selections) {
      count(selection.directives);
      if (selection.kind === Kind.FIELD) {
        const name = selection.name.value;
        if (name === '__schema' || name === '__type') introspects = true;
        const below = selection.selectionSet ? ofSelections(selection.selectionSet) : NOTHING;
        depth = Math.max(depth, below.depth + 1);
        aliases += below.aliases + (selection.alias ? 1 : 0);
        fields += 1;
      } else {
        const spread =
          selection.kind === Kind.INLINE_FRAGMENT
            ? ofSelections(selection.selectionSet)
            : ofFragment(selection.name.value);
        depth = Math.max(depth, spread.depth);
        aliases += spread.aliases;
        fields += spread.fields;
      }
    }
    return { depth, aliases: bounded(aliases), fields: bounded(fields) };
  }

  let depth = 0;
  let aliases = 0;
  let rootFields = 0;
  for (const operation of operations) {
    count(operation.directives);
    for (const variable of operation.variableDefinitions ?? []) count(variable.directives);
    const size = ofSelections(operation.selectionSet);
    depth = Math.max(depth, size.depth);
    aliases = Math.max(aliases, size.aliases);
    rootFields = Math.max(rootFields, size.fields);
  }
  // Those that no operation spreads have directives, and are validated, too.
  for (const name of fragments.keys()) ofFragment(name);
  return { depth, aliases, rootFields, directives, introspects };
}

function bounded(figure: number): number {
  return Math.min(figure, Number.MAX_SAFE_INTEGER);
}
