import {
  type FieldDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
  type TypeNode,
  parse,
} from 'graphql';
import { askSubject } from './askSubject.js';
import type { ContractSubject } from './ContractSubject.js';

/** A type that the subgraph finds by a key. */
export interface KeyedType {
  readonly name: string;
  /** The fields of the key: `['id']`. */
  readonly key: readonly string[];
  /** Fields that can be asked for without more ado: leaves without needed arguments, and none that others must send along. */
  readonly leaves: readonly string[];
  /** Fields that need fields of other subgraphs, with what they need: `source { type id }`. */
  readonly requiring: readonly { readonly name: string; readonly needs: string; readonly isLeaf: boolean }[];
  /** The field at the root that lists them in pages; undefined where there is none. */
  readonly list: string | undefined;
}

/** What the checks know of a subgraph's schema. */
export interface SubjectSchema {
  readonly sdl: string;
  readonly keyed: readonly KeyedType[];
  /** The names of the mutations, and whether each asks for a scope or for a caller at all. */
  readonly mutations: readonly { readonly name: string; readonly isGuarded: boolean }[];
  /** The queries that ask for a scope and need no argument. */
  readonly scopedQueries: readonly { readonly name: string; readonly isLeaf: boolean }[];
  readonly hasSubscriptions: boolean;
}

type ObjectNode = ObjectTypeDefinitionNode | ObjectTypeExtensionNode;

/**
 * Asks a subgraph for its schema.
 *
 * @throws Error when it does not say it, or says what is no schema
 */
export async function subjectSchema(subject: ContractSubject): Promise<SubjectSchema> {
  const { data, errors } = await askSubject(subject, '{ _service { sdl } }');
  const service = data?.['_service'];
  const sdl = typeof service === 'object' && service !== null && 'sdl' in service ? service.sdl : undefined;
  if (typeof sdl !== 'string') throw new Error(`it did not say its SDL: ${errors[0]?.message ?? 'no data came'}`);
  const { definitions } = parse(sdl);
  const objects = definitions.filter(
    (definition) => definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.OBJECT_TYPE_EXTENSION,
  );
  const leafTypes = new Set(['ID', 'String', 'Int', 'Float', 'Boolean']);
  for (const definition of definitions) {
    if (definition.kind === Kind.SCALAR_TYPE_DEFINITION || definition.kind === Kind.ENUM_TYPE_DEFINITION)
      leafTypes.add(definition.name.value);
  }
  const fieldsOf = (name: string): FieldDefinitionNode[] =>
    objects.filter((one) => one.name.value === name).flatMap(({ fields }) => [...(fields ?? [])]);
  const names = [...new Set(objects.map(({ name }) => name.value))];
  return {
    sdl,
    keyed: names.flatMap((name) => {
      const key = keyOf(objects.filter((one) => one.name.value === name));
      if (!key) return [];
      const own = fieldsOf(name);
      const leaves = own.filter((field) => isPlain(field, leafTypes)).map((field) => field.name.value);
      const requiring = own.flatMap((field) => {
        const needs = needsOf(field);
        return needs === undefined
          ? []
          : [{ name: field.name.value, needs, isLeaf: leafTypes.has(namedType(field.type)) }];
      });
      return [{ name, key, leaves, requiring, list: listOf(name, fieldsOf('Query')) }];
    }),
    mutations: fieldsOf('Mutation').map((field) => ({
      name: field.name.value,
      isGuarded: has(field, 'requiresScopes') || has(field, 'authenticated') || has(field, 'policy'),
    })),
    scopedQueries: fieldsOf('Query')
      .filter((field) => has(field, 'requiresScopes') && !needsArguments(field))
      .map((field) => ({ name: field.name.value, isLeaf: leafTypes.has(namedType(field.type)) })),
    hasSubscriptions: fieldsOf('Subscription').length > 0,
  };
}

/** Simple keys only: one of several fields without selections. */
function keyOf(nodes: readonly ObjectNode[]): string[] | undefined {
  for (const { directives = [] } of nodes) {
    for (const { name, arguments: given = [] } of directives) {
      if (name.value !== 'key' && name.value !== 'federation__key') continue;
      const fields = given.find((argument) => argument.name.value === 'fields')?.value;
      const resolvable = given.find((argument) => argument.name.value === 'resolvable')?.value;
      if (resolvable?.kind === Kind.BOOLEAN && !resolvable.value) continue;
      if (fields?.kind === Kind.STRING && !fields.value.includes('{')) return fields.value.trim().split(/[\s,]+/);
    }
  }
  return undefined;
}

function isPlain(field: FieldDefinitionNode, leafTypes: ReadonlySet<string>): boolean {
  const isLeaf = leafTypes.has(namedType(field.type));
  return !needsArguments(field) && isLeaf && !has(field, 'requires') && !has(field, 'external');
}

function needsArguments({ arguments: given = [] }: FieldDefinitionNode): boolean {
  return given.some(({ type, defaultValue }) => type.kind === Kind.NON_NULL_TYPE && defaultValue === undefined);
}

/** What `@requires` says. */
function needsOf({ directives = [] }: FieldDefinitionNode): string | undefined {
  const requires = directives.find(({ name }) => name.value.replace('federation__', '') === 'requires');
  const fields = requires?.arguments?.find(({ name }) => name.value === 'fields')?.value;
  return fields?.kind === Kind.STRING ? fields.value : undefined;
}

/** `loyaltyEntries: LoyaltyEntryConnection!` of `LoyaltyEntry`. */
function listOf(name: string, queries: readonly FieldDefinitionNode[]): string | undefined {
  return queries.find(
    (field) =>
      namedType(field.type) === `${name}Connection` &&
      !field.arguments?.some(
        ({ type, defaultValue }) => type.kind === Kind.NON_NULL_TYPE && defaultValue === undefined,
      ),
  )?.name.value;
}

function has({ directives = [] }: FieldDefinitionNode, name: string): boolean {
  return directives.some((directive) => directive.name.value.replace('federation__', '') === name);
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}
