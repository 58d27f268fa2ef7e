import { type DocumentNode, Kind } from 'graphql';

/** A subgraph as the supergraph names it. */
export interface Subgraph {
  readonly name: string;
  /** Where it answers; empty when the supergraph does not say. */
  readonly url: string;
}

/**
 * The subgraphs of a supergraph, in its order: the values of the enum `join__Graph`, each with its `@join__graph`.
 *
 * @param namespace what the supergraph calls the join specification, usually `join`
 * @see https://specs.apollo.dev/join/v0.3
 */
export function subgraphsOf(document: DocumentNode, namespace: string): Subgraph[] {
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.ENUM_TYPE_DEFINITION || definition.name.value !== `${namespace}__Graph`) continue;
    return (definition.values ?? []).map((value) => {
      const directive = value.directives?.find(({ name }) => name.value === `${namespace}__graph`);
      const argument = (key: string): string => {
        const node = directive?.arguments?.find(({ name }) => name.value === key)?.value;
        return node?.kind === Kind.STRING ? node.value : '';
      };
      return { name: argument('name') || value.name.value, url: argument('url') };
    });
  }
  return [];
}
