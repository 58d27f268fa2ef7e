/** A running subgraph, of any language, as the contract looks at it. */
export interface ContractSubject {
  /** Its name in the supergraph: what is signed for it names it. */
  readonly name: string;
  /** Its GraphQL address. */
  readonly url: string;
  /** The key that its gateway signs with. */
  readonly signingKey: string;
  /** The SQL statements (or whatever it reads with) that `work` made it run; left out where nobody can count them. */
  readonly statements?: ((work: () => Promise<unknown>) => Promise<readonly unknown[]>) | undefined;
}
