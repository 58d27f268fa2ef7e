import { createHash } from 'node:crypto';
import {
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  doTypesOverlap,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isUnionType,
} from 'graphql';
import type { Choices } from './Choices.js';
import type { Operation } from './stockGateway.js';

const MAX_DEPTH = 5;
const MAX_FIELDS = 30;

/** Values of the built-in scalars that mean something to the fixtures, or nothing. */
const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  ID: ['1', '2', 'c1', 't2', 'n', 'unknown'],
  String: ['USD', 'EUR', 'any "text"', ''],
  Int: [1, 3, 0, -2],
  Float: [1.5, 2],
  Boolean: [true, false],
};

/**
 * Writes a query from a list of choices. Nearly every one is valid; two fields of one name can still have types that do not go
 * together, so whoever uses it validates.
 */
export function writeOperation(schema: GraphQLSchema, choices: Choices): Operation {
  return new Writer(schema, choices).operation();
}

class Writer {
  readonly #fragments = new Map<string, { readonly type: GraphQLCompositeType; readonly text: string }>();
  readonly #definitions: string[] = [];
  readonly #values: Record<string, unknown> = {};
  #fields = 0;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly choices: Choices,
  ) {}

  operation(): Operation {
    const root = this.schema.getQueryType();
    if (!root) throw new Error('the schema has no query type');
    const selections = this.#selections(root, MAX_DEPTH);
    const definitions = this.#definitions.length > 0 ? `(${this.#definitions.join(', ')})` : '';
    const fragments = [...this.#fragments].map(([name, { type, text }]) => `fragment ${name} on ${type.name} ${text}`);
    return {
      query: [`query${definitions} ${selections}`, ...fragments].join('\n'),
      variables: this.#values,
    };
  }

  #selections(type: GraphQLCompositeType, depth: number): string {
    const count = 1 + this.choices.below(4);
    const parts = Array.from({ length: count }, () => this.#selection(type, depth));
    return `{ ${parts.join(' ')} }`;
  }

  #selection(type: GraphQLCompositeType, depth: number): string {
    const kind = this.choices.below(10);
    if (kind === 9 && depth > 0) return this.#inlineFragment(type, depth - 1);
    if (kind === 8 && depth > 0) return this.#spread(type, depth - 1);
    if (kind === 7 || isUnionType(type)) {
      return isUnionType(type) && depth > 0 && kind !== 7 ? this.#inlineFragment(type, depth - 1) : this.#typename();
    }
    return this.#field(type, depth);
  }

  #typename(): string {
    return `${this.choices.oneIn(4) ? 'kind: ' : ''}__typename${this.#directive()}`;
  }

  #inlineFragment(type: GraphQLCompositeType, depth: number): string {
    const on = this.choices.oneIn(4) ? undefined : this.choices.from(this.#narrowings(type));
    return `...${on ? ` on ${on.name}` : ''}${this.#directive()} ${this.#selections(on ?? type, depth)}`;
  }

  #spread(type: GraphQLCompositeType, depth: number): string {
    const fitting = [...this.#fragments].filter(([, fragment]) => doTypesOverlap(this.schema, fragment.type, type));
    if (fitting.length > 0 && this.choices.oneIn(2)) {
      return `...${this.choices.from(fitting)[0]}${this.#directive()}`;
    }
    const on = this.choices.from(this.#narrowings(type));
    const text = this.#selections(on, depth);
    const name = `F${this.#fragments.size}`;
    this.#fragments.set(name, { type: on, text });
    return `...${name}${this.#directive()}`;
  }

  /** The types that a fragment inside of this one can be on. */
  #narrowings(type: GraphQLCompositeType): GraphQLCompositeType[] {
    const possible = isAbstractType(type) ? this.schema.getPossibleTypes(type) : [];
    const wider = Object.values(this.schema.getTypeMap()).filter(
      (other): other is GraphQLCompositeType =>
        isInterfaceType(other) && other !== type && doTypesOverlap(this.schema, type, other),
    );
    return [...possible, type, ...wider];
  }

  #field(type: Exclude<GraphQLCompositeType, { getTypes(): unknown }>, depth: number): string {
    this.#fields += 1;
    const deep = depth > 0 && this.#fields < MAX_FIELDS && !this.choices.exhausted;
    const fields = Object.values(type.getFields()).filter((field) => deep || isLeafType(getNamedType(field.type)));
    if (fields.length === 0) return this.#typename();
    const field = this.choices.from(fields);
    const named = getNamedType(field.type);
    const given = this.#arguments(field);
    const below = isCompositeType(named) ? ` ${this.#selections(named, depth - 1)}` : '';
    return `${this.#alias(field, given)}${field.name}${given}${this.#directive()}${below}`;
  }

  /** The same field with the same arguments always has the same alias, so that fields of one name can be merged. */
  #alias(field: GraphQLField<unknown, unknown>, given: string): string {
    if (given === '') return this.choices.oneIn(5) ? `the_${field.name}: ` : '';
    return `${field.name}_${createHash('sha256').update(given).digest('hex').slice(0, 6)}: `;
  }

  #arguments({ args }: GraphQLField<unknown, unknown>): string {
    const given = args.filter((argument) => isRequired(argument) || this.choices.oneIn(2));
    if (given.length === 0) return '';
    return `(${given.map(({ name, type }) => `${name}: ${this.#argument(type)}`).join(', ')})`;
  }

  #argument(type: GraphQLInputType): string {
    const value = this.#value(type);
    if (!this.choices.oneIn(3)) return literal(value, type);
    const name = `v${this.#definitions.length}`;
    const byDefault = this.choices.oneIn(3) && value !== null;
    this.#definitions.push(`$${name}: ${String(type)}${byDefault ? ` = ${literal(value, type)}` : ''}`);
    if (!byDefault || this.choices.oneIn(2)) this.#values[name] = value;
    return `$${name}`;
  }

  #value(given: GraphQLInputType): unknown {
    if (!isNonNullType(given) && this.choices.oneIn(12)) return null;
    const type = getNullableType(given);
    if (isListType(type)) {
      return Array.from({ length: this.choices.below(3) }, () => this.#value(type.ofType));
    }
    if (isEnumType(type)) return this.choices.from(type.getValues()).name;
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter((field) => isRequired(field) || this.choices.oneIn(2));
      return Object.fromEntries(fields.map((field) => [field.name, this.#value(field.type)]));
    }
    return this.choices.from(VALUES[type.name] ?? ['custom']);
  }

  #directive(): string {
    if (!this.choices.oneIn(8)) return '';
    const name = this.choices.from(['include', 'skip']);
    const value = this.choices.oneIn(2);
    if (this.choices.oneIn(2)) return ` @${name}(if: ${value})`;
    const variable = `v${this.#definitions.length}`;
    const byDefault = this.choices.oneIn(2);
    this.#definitions.push(`$${variable}: Boolean${byDefault ? ` = ${value}` : '!'}`);
    if (!byDefault) this.#values[variable] = value;
    return ` @${name}(if: $${variable})`;
  }
}

function isRequired({ type, defaultValue }: Pick<GraphQLArgument, 'type' | 'defaultValue'>): boolean {
  return isNonNullType(type) && defaultValue === undefined;
}

/** A value as it is written in a document: enum values without quotes. */
function literal(value: unknown, type: GraphQLInputType): string {
  if (value === null || value === undefined) return 'null';
  if (isNonNullType(type)) return literal(value, type.ofType);
  if (isListType(type)) {
    return Array.isArray(value)
      ? `[${value.map((one) => literal(one, type.ofType)).join(', ')}]`
      : literal(value, type.ofType);
  }
  if (isEnumType(type) && typeof value === 'string') return value;
  if (isInputObjectType(type)) {
    const fields = type.getFields();
    const parts = Object.entries(value).flatMap(([name, one]) => {
      const field = fields[name];
      return field ? [`${name}: ${literal(one, field.type)}`] : [];
    });
    return `{ ${parts.join(', ')} }`;
  }
  return JSON.stringify(value);
}
