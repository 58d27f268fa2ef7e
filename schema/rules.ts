import {
  type FieldDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  Kind,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
  type TypeNode,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isObjectType,
  parse,
} from 'graphql';
import type { Registry } from './registry.js';

/** Something that a rule of the house does not allow. */
export interface Breach {
  /** The rule's name. */
  readonly rule: 'names' | 'lists' | 'keys' | 'owners' | 'access' | 'personal' | 'costs';
  /** `Type`, `Type.field` or `Type.field.argument`. */
  readonly at: string;
  /** What is wrong and what to do about it. */
  readonly message: string;
}

/** What the rules look at. */
export interface RuledGraph {
  /** What clients see. */
  readonly apiSchema: GraphQLSchema;
  /** The SDL of each subgraph, by its name. */
  readonly sdls: ReadonlyMap<string, string>;
  readonly registry: Registry;
}

/** How many rows a list without pages may be asked for at once is up to its `first`. */
const PAGE_ARGUMENT = 'first';

/**
 * Holds the graph against the rules of the house: names, lists in pages, entities that can be found by their key, an owner for each type,
 * scopes at the roots and on personal data, sizes of lists for what they cost.
 * Descriptions, what falls with another subgraph, and known operations are checked elsewhere (check.ts).
 */
export function breaches(graph: RuledGraph): Breach[] {
  const entities = entitiesOf(graph.sdls);
  const found: Breach[] = [];
  for (const type of Object.values(graph.apiSchema.getTypeMap())) {
    if (isIntrospectionType(type) || type.name.includes('__')) continue;
    found.push(...badNames(type), ...bareLists(type, entities));
  }
  found.push(
    ...unresolvable(graph.apiSchema, entities),
    ...unowned(graph),
    ...open(graph.sdls),
    ...exposed(graph.sdls),
    ...unsized(graph.sdls),
  );
  return found;
}

/**
 * The breaches that no exception covers; and, as breaches too, the exceptions that cover nothing.
 */
export function withoutExceptions(found: readonly Breach[], { exceptions }: Registry): string[] {
  const covers = (exception: Registry['exceptions'][number], { rule, at }: Breach): boolean =>
    exception.rule === rule && exception.at === at;
  return [
    ...found
      .filter((breach) => !exceptions.some((exception) => covers(exception, breach)))
      .map(({ rule, at, message }) => `${rule}: ${at} ${message}`),
    ...exceptions
      .filter((exception) => !found.some((breach) => covers(exception, breach)))
      .map(({ rule, at }) => `exceptions: ${rule} ${at} is kept no more; take the exception out of subgraphs.yaml`),
  ];
}

function badNames(type: GraphQLNamedType): Breach[] {
  const found: Breach[] = [];
  if (!/^[A-Z][A-Za-z0-9]*$/.test(type.name)) found.push(bad(type.name, 'must be PascalCase; rename the type'));
  if (isEnumType(type)) {
    for (const { name } of type.getValues()) {
      if (!/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/.test(name))
        found.push(bad(`${type.name}.${name}`, 'must be UPPER_CASE; rename the value'));
    }
    return found;
  }
  if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) return found;
  for (const field of Object.values(type.getFields())) {
    const at = `${type.name}.${field.name}`;
    if (!isCamelCase(field.name)) found.push(bad(at, 'must be camelCase; rename the field'));
    if (/^(get|fetch|list)[A-Z]/.test(field.name))
      found.push(bad(at, 'says how it is got; name it for what it is: `orders`, not `getOrders`'));
    for (const argument of 'args' in field ? field.args : []) {
      if (!isCamelCase(argument.name))
        found.push(bad(`${at}.${argument.name}`, 'must be camelCase; rename the argument'));
    }
  }
  return found;
}

function bad(at: string, message: string): Breach {
  return { rule: 'names', at, message };
}

function isCamelCase(name: string): boolean {
  return /^[a-z][A-Za-z0-9]*$/.test(name);
}

/** Lists of entities that are neither a connection nor asked for by `first`: nobody knows how long they get. */
function bareLists(type: GraphQLNamedType, entities: ReadonlyMap<string, unknown>): Breach[] {
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  if (/(Connection|Edge)$/.test(type.name)) return [];
  return Object.values(type.getFields())
    .filter((field) => isListType(getNullableType(field.type)) && entities.has(getNamedType(field.type).name))
    .filter((field) => !isPaged(field))
    .map((field) => ({
      rule: 'lists' as const,
      at: `${type.name}.${field.name}`,
      message: `is a list of ${getNamedType(field.type).name} that may grow; make it a connection, or bound it by an argument \`first\``,
    }));
}

function isPaged({ args }: GraphQLField<unknown, unknown>): boolean {
  return args.some(({ name }) => name === PAGE_ARGUMENT);
}

/** Types with a key that no subgraph resolves: whoever refers to one gets nothing of it. */
function unresolvable(schema: GraphQLSchema, entities: ReadonlyMap<string, readonly boolean[]>): Breach[] {
  return [...entities]
    .filter(([name, resolvable]) => isObjectType(schema.getType(name)) && !resolvable.includes(true))
    .map(([name]) => ({
      rule: 'keys',
      at: name,
      message: 'has a key that no subgraph resolves; give its owner a reference resolver for it',
    }));
}

/** Types that more than one subgraph defines, and nobody is said to own. */
function unowned({ sdls, registry }: RuledGraph): Breach[] {
  const definedBy = new Map<string, string[]>();
  for (const [subgraph, sdl] of sdls) {
    for (const definition of objectTypesOf(sdl)) {
      const name = definition.name.value;
      definedBy.set(name, [...(definedBy.get(name) ?? []), subgraph]);
    }
  }
  const found: Breach[] = [];
  for (const [name, subgraphs] of definedBy) {
    if (['Query', 'Mutation', 'Subscription'].includes(name)) continue;
    const owner = registry.shared[name];
    if (subgraphs.length > 1 && owner === undefined) {
      const message = `is defined by ${subgraphs.join(', ')} and owned by none; name its owner under \`shared\` in subgraphs.yaml`;
      found.push({ rule: 'owners', at: name, message });
    }
    if (owner !== undefined && owner !== 'kit' && !subgraphs.includes(owner)) {
      const message = `is said to be owned by "${owner}", which does not define it; mend \`shared\` in subgraphs.yaml`;
      found.push({ rule: 'owners', at: name, message });
    }
  }
  return found;
}

const ROOTS = new Set(['Query', 'Mutation', 'Subscription']);

/** Root fields that everybody may ask. */
function open(sdls: ReadonlyMap<string, string>): Breach[] {
  return fieldsOf(sdls)
    .filter(({ type, field }) => ROOTS.has(type) && !field.name.value.startsWith('_') && !isGuarded(field))
    .map(({ subgraph, type, field }) => ({
      rule: 'access',
      at: `${type}.${field.name.value}`,
      message: `may be asked by everybody; give it @requiresScopes, such as ["${type === 'Mutation' ? `${subgraph}:write` : 'customer:read'}"]`,
    }));
}

/** Fields that return pages and do not say how long they are: the gateway cannot tell what they cost. */
function unsized(sdls: ReadonlyMap<string, string>): Breach[] {
  return fieldsOf(sdls)
    .filter(({ field }) => field.arguments?.some(({ name }) => name.value === PAGE_ARGUMENT))
    .filter(({ field }) => !has(field, 'listSize') && !has(field, 'external'))
    .map(({ type, field }) => ({
      rule: 'costs',
      at: `${type}.${field.name.value}`,
      message: `does not say how long it is; give it @listSize(slicingArguments: ["${PAGE_ARGUMENT}"])`,
    }));
}

/** What is named as if it told who somebody is, or held what somebody wrote. */
const PERSONAL =
  /e?mails?$|phones?$|address(es)?$|verbatims?$|notes?$|^body$|message$|birth|passport|iban$|taxId|socialSecurity/i;

/** Fields of texts with such a name that everybody sees who sees the type. */
function exposed(sdls: ReadonlyMap<string, string>): Breach[] {
  return fieldsOf(sdls)
    .filter(({ type, field }) => !ROOTS.has(type) && PERSONAL.test(field.name.value) && isText(field))
    .filter(({ field }) => !isGuarded(field))
    .map(({ type, field }) => ({
      rule: 'personal',
      at: `${type}.${field.name.value}`,
      message: 'sounds like personal data and asks for no scope; give it @requiresScopes(scopes: [["customer:pii"]])',
    }));
}

function isText({ type }: FieldDefinitionNode): boolean {
  return ['String', 'ID', 'EmailAddress', 'PhoneNumber'].includes(nameOf(type));
}

function nameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);
}

function has({ directives = [] }: FieldDefinitionNode, name: string): boolean {
  return directives.some((directive) => directive.name.value.replace('federation__', '') === name);
}

function isGuarded(field: FieldDefinitionNode): boolean {
  return ['requiresScopes', 'authenticated', 'external'].some((name) => has(field, name));
}

function fieldsOf(sdls: ReadonlyMap<string, string>): { subgraph: string; type: string; field: FieldDefinitionNode }[] {
  return [...sdls].flatMap(([subgraph, sdl]) =>
    objectTypesOf(sdl).flatMap(({ name, fields = [] }) =>
      fields.map((field) => ({ subgraph, type: name.value, field })),
    ),
  );
}

/** The types with a `@key` over all subgraphs; for each key, whether its subgraph resolves it. */
function entitiesOf(sdls: ReadonlyMap<string, string>): Map<string, boolean[]> {
  const keys = new Map<string, boolean[]>();
  for (const { name, directives = [] } of [...sdls.values()].flatMap(objectTypesOf)) {
    for (const directive of directives.filter((one) => one.name.value === 'key')) {
      const isResolvable = !directive.arguments?.some(
        ({ name: argument, value }) => argument.value === 'resolvable' && value.kind === Kind.BOOLEAN && !value.value,
      );
      keys.set(name.value, [...(keys.get(name.value) ?? []), isResolvable]);
    }
  }
  return keys;
}

function objectTypesOf(sdl: string): (ObjectTypeDefinitionNode | ObjectTypeExtensionNode)[] {
  return parse(sdl).definitions.filter(
    (definition) => definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.OBJECT_TYPE_EXTENSION,
  );
}
