import { compose } from '../../support/fixtureSupergraph.js';
import { type AnsweringSubgraph, type Spoil, answeringSubgraph } from './answeringSubgraph.js';
import type { Fixture } from './fixtures/Fixture.js';

/** The supergraph of a fixture. */
export function supergraphOf(fixture: Pick<Fixture, 'subgraphs'>): string {
  return compose(
    fixture.subgraphs.map(({ name, typeDefs }) => ({ name, typeDefs, url: `http://${name}.test/graphql` })),
  );
}

/**
 * The subgraphs of a fixture, ready to answer.
 *
 * @param spoils what becomes of the answers of the subgraphs that are named
 */
export function subgraphsOf(
  fixture: Pick<Fixture, 'subgraphs'>,
  spoils: Readonly<Record<string, Spoil>> = {},
): ReadonlyMap<string, AnsweringSubgraph> {
  return new Map(
    fixture.subgraphs.map((definition) => [definition.name, answeringSubgraph(definition, spoils[definition.name])]),
  );
}
