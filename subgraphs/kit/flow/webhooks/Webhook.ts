/** Where a subgraph that reads no bus wants events sent. */
export interface Webhook {
  /** The subgraph's name in the supergraph: what is sent is signed for it. */
  readonly name: string;
  /** Its http address. */
  readonly url: string;
  /** The types that it wants: `customer360.customer.erased.v2`. */
  readonly events: readonly string[];
}
