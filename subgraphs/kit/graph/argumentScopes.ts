/** The directive in a subgraph's schema that says which scopes an argument, a field of an input or a value of an enum asks for. */
export const ARGUMENT_SCOPES = 'argumentScopes';

/** What a schema needs in which something asks for scopes so. It is for whoever reads the schema: composition leaves it out. */
export const ARGUMENT_SCOPES_DEFINITION = `
directive @${ARGUMENT_SCOPES}(scopes: [[String!]!]!) on ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE
`;

/** The directive as it is written for all of some scopes. */
export function argumentScopes(scopes: readonly string[]): string {
  return `@${ARGUMENT_SCOPES}(scopes: [${JSON.stringify(scopes)}])`;
}
