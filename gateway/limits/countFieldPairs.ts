import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** A document that has more fields than this, fragments counted wherever they are spread, is beyond every limit. */
const MOST_FIELDS = 50_000;

/** Fields under one response key, and what is below them. */
interface Place {
  fields: number;
  readonly below: Map<string, Place>;
}

/**
 * How many pairs of fields stand at the same place of the response. The validation compares each pair (`OverlappingFieldsCanBeMerged`), so a
 * text of a few thousand fields under one name would keep it busy for long.
 *
 * @param most the counting ends beyond it
 * @returns of several operations, and of fragments that no operation spreads, the largest figure
 * @see https://spec.graphql.org/October2021/#sec-Field-Selection-Merging
 */
export function countFieldPairs(document: DocumentNode, most: number): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const roots: (OperationDefinitionNode | FragmentDefinitionNode)[] = [];
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    if (definition.kind === Kind.FRAGMENT_DEFINITION || definition.kind === Kind.OPERATION_DEFINITION)
      roots.push(definition);
  }
  let largest = 0;
  let fields = 0;
  for (const root of roots) {
    let pairs = 0;
    const within = new Set<string>();
    const walk = ({ selections }: SelectionSetNode, places: Map<string, Place>): void => {
      for (const selection of selections) {
        if (pairs > most || fields > MOST_FIELDS) return;
        if (selection.kind === Kind.FIELD) {
          const key = (selection.alias ?? selection.name).value;
          let place = places.get(key);
          if (!place) places.set(key, (place = { fields: 0, below: new Map() }));
          fields += 1;
          pairs += place.fields;
          place.fields += 1;
          if (selection.selectionSet) walk(selection.selectionSet, place.below);
        } else if (selection.kind === Kind.INLINE_FRAGMENT) walk(selection.selectionSet, places);
        else spread(selection.name.value, places);
      }
    };
    /** Fragments in a circle are refused later, by the validation. */
    const spread = (name: string, places: Map<string, Place>): void => {
      const fragment = fragments.get(name);
      if (!fragment || within.has(name)) return;
      within.add(name);
      walk(fragment.selectionSet, places);
      within.delete(name);
    };
    walk(root.selectionSet, new Map());
    largest = Math.max(largest, pairs);
    if (fields > MOST_FIELDS) return Number.MAX_SAFE_INTEGER;
  }
  return largest;
}
