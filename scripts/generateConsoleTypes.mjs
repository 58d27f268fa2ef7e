/**
 * Writes console/graph/roles.ts, what the gateway's roles stand for, and console/graph/operations.ts: the types and the parsed documents of the operations in schema/operations/console, so that
 * what the console asks and reads is checked against the schema. Part of the build (`scripts/buildConsole.mjs`); not committed.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals';
import { codegen } from '@graphql-codegen/core';
import * as typedDocumentNode from '@graphql-codegen/typed-document-node';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import { parse, printSchema } from 'graphql';
import { ROLES } from '../dist/gateway/access/roles.js';

const OPERATIONS = 'schema/operations/console';
const OUTPUT = 'console/graph/operations.ts';

/** Every type in its wire form: exact decimals and moments are text. */
const SCALARS = { ID: 'string', DateTime: 'string', Decimal: 'string', CurrencyCode: 'string', LocalDate: 'string' };

const schema = Supergraph.build(readFileSync('schema/supergraph.graphql', 'utf8'), {
  supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
})
  .apiSchema()
  .toGraphQLJSSchema();
const documents = readdirSync(OPERATIONS)
  .filter((name) => name.endsWith('.graphql'))
  .map((name) => join(OPERATIONS, name))
  .map((location) => ({ location, document: parse(readFileSync(location, 'utf8')) }));

const text = await codegen({
  filename: OUTPUT,
  schema: parse(printSchema(schema)),
  documents,
  config: {
    scalars: SCALARS,
    strictScalars: true,
    useTypeImports: true,
    enumType: 'string-literal',
    namingConvention: 'keep',
    immutableTypes: true,
    // The client adds `__typename` to every selection and needs it in what a form expects as its answer.
    nonOptionalTypename: true,
    skipTypeNameForRoot: true,
    documentNodeImport: '@apollo/client#TypedDocumentNode',
  },
  plugins: [{ typescriptOperations: {} }, { typedDocumentNode: {} }],
  pluginMap: { typescriptOperations, typedDocumentNode },
});
writeFileSync(OUTPUT, `// Written by scripts/generateConsoleTypes.mjs from ${OPERATIONS}; do not edit.\n${text}`);

writeFileSync(
  'console/graph/roles.ts',
  `// Written by scripts/generateConsoleTypes.mjs from gateway/access/roles.ts; do not edit.
/** The scopes that a role of a token's \`roles\` claim stands for. */
export const ROLES: Readonly<Record<string, readonly string[]>> = ${JSON.stringify(ROLES)};
`,
);
