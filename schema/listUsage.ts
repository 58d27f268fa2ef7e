import { readFile } from 'node:fs/promises';
import { type GraphQLSchema, isEnumType, isScalarType, isUnionType, parse, validate } from 'graphql';
import { apiSchemaOf } from './checkChange.js';
import type { OperationUsage } from './contract.js';
import { coordinatesOf } from './coordinates.js';
import { SUPERGRAPH_FILE } from './registry.js';
import { describeUse, readUsage } from './readUsage.js';

export interface UsageOptions {
  readonly usage: string;
  readonly days: number;
  /** A coordinate, `Customer.nickname`: only who asks for it is listed; undefined lists who asks for what is deprecated. */
  readonly of: string | undefined;
  readonly print: (line: string) => void;
}

/**
 * Lists who asked in the last days for a part of the schema, or for each part that is deprecated.
 *
 * @throws Error when `of` is not in the schema
 */
export async function listUsage({ usage, days, of, print }: UsageOptions): Promise<void> {
  const schema = apiSchemaOf(await readFile(SUPERGRAPH_FILE, 'utf8'));
  const deprecated = deprecatedParts(schema);
  const wanted = of === undefined ? deprecated : new Map([[of, deprecated.get(of)]]);
  if (of !== undefined && !partsOf(schema).has(of)) {
    throw new Error(
      `there is no ${of} in ${SUPERGRAPH_FILE}; write Type, Type.field, Type.field.argument or Enum.VALUE`,
    );
  }
  const recorded = (await readUsage(usage, days)).map((row) => ({ row, touched: touchedBy(schema, row) }));
  print(
    `${recorded.length} rows of use in ${usage}, of the last ${days} days; ${wanted.size} ${of === undefined ? 'parts of the schema are deprecated' : 'part asked about'}.`,
  );
  for (const [at, reason] of wanted) {
    const users = recorded.filter(({ touched }) => asksFor(schema, touched, at));
    print(`${at}${reason === undefined ? '' : ` (deprecated: ${reason})`}`);
    for (const { row } of users) print(`  ${describeUse(row)}`);
    if (users.length === 0) print('  nobody');
  }
}

/** What is deprecated, by its coordinate, with the reason. */
function deprecatedParts(schema: GraphQLSchema): Map<string, string> {
  return new Map([...partsOf(schema)].flatMap(([at, reason]) => (reason === undefined ? [] : [[at, reason]])));
}

/** Every part of a schema by its coordinate, with the reason for which it is deprecated, if it is. */
function partsOf(schema: GraphQLSchema): Map<string, string | undefined> {
  const parts = new Map<string, string | undefined>();
  for (const type of Object.values(schema.getTypeMap())) {
    parts.set(type.name, undefined);
    if (isEnumType(type)) {
      for (const value of type.getValues())
        parts.set(`${type.name}.${value.name}`, value.deprecationReason ?? undefined);
    }
    if (isEnumType(type) || isScalarType(type) || isUnionType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      parts.set(`${type.name}.${field.name}`, field.deprecationReason ?? undefined);
      for (const argument of 'args' in field ? field.args : []) {
        parts.set(`${type.name}.${field.name}.${argument.name}`, argument.deprecationReason ?? undefined);
      }
    }
  }
  return parts;
}

/** Nothing for an operation that the schema of today cannot answer. */
function touchedBy(schema: GraphQLSchema, { document }: OperationUsage): Set<string> {
  const parsed = parse(document);
  return validate(schema, parsed).length === 0 ? coordinatesOf(schema, parsed) : new Set();
}

/** Who gets an enum may get any value of it. */
function asksFor(schema: GraphQLSchema, touched: ReadonlySet<string>, at: string): boolean {
  const [type = ''] = at.split('.');
  return touched.has(at) || (isEnumType(schema.getType(type)) && touched.has(type));
}
