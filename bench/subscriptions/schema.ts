/** The subgraph that emits the events. */
export const PRICES_SDL = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { product(id: ID!): Product }
  type Subscription {
    "A price changed: of this product, of any where none is named."
    priceChanged(product: ID): Product
  }
  type Product @key(fields: "id") { id: ID! price: Int! at: Float! }
`;

/** The subgraph that is asked about each event. */
export const DETAILS_SDL = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Product @key(fields: "id") { id: ID! name: String! description: String! inStock: Boolean! }
`;

/** What a subscriber asks; `$product` tells those with filters apart. @param alias makes the text another */
export function subscriptionOf(alias = 'price'): string {
  return `subscription PriceChanged($product: ID) {
  priceChanged(product: $product) { id ${alias}: price at name description inStock }
}`;
}
