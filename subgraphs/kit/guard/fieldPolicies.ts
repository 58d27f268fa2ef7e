import {
  getNamedType,
  getNullableType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isInputObjectType,
  isIntrospectionType,
  isListType,
  isObjectType,
  valueFromASTUntyped,
} from 'graphql';
import { SCOPES } from '../../../schema/contract.js';
import type { Class } from '../graph/Class.js';
import { eachField, type Field } from '../graph/eachField.js';
import { MASK, type Mask } from '../graph/Masked.js';
import { ownerOf } from '../ownership/OwnedBy.js';
import { takesFormerIds } from '../ownership/TakesFormerIds.js';
import { CUSTOMER, isToldByItself, nodeOf, type Path, type Whose, whoseAre } from '../ownership/whose.js';
import { isReadableAfterWithdrawal } from './ReadableAfterWithdrawal.js';
import { type ScopedArgument, scopedArguments } from './scopedArguments.js';

/** Who is given a field's value, in which form, and what is noted of it. */
export interface FieldPolicy {
  /** `Customer.emails` */
  readonly field: string;
  /** The sets of scopes of which a caller needs one whole; none when anybody who came so far may ask. The gateway never asks for who has none. */
  readonly scopes: readonly (readonly string[])[];
  /** What in its arguments asks for scopes of its own: a filter by what is masked, an order by it. */
  readonly scopedArguments: readonly ScopedArgument[];
  /** What it comes through for callers without `customer:pii`. */
  readonly mask: Mask | undefined;
  /** Whether it is personal data (masked, or only for callers with `customer:pii`): whoever is given it is noted. */
  readonly isPersonal: boolean;
  /** What becomes of it in a read for a purpose to which the customer withdrew their consent. */
  readonly consent: {
    /** Its object is the customer, who is not told of any more. */
    readonly isWithheld: boolean;
    /** What it gives may be somebody's, and is left out. */
    readonly isSifted: boolean;
    /** It is told for every purpose. */
    readonly isReadable: boolean;
  };
  /** Whose the value of a personal field is; of any other, whose its object is. */
  readonly whose: Whose;
  /** Whose the objects are that it gives; undefined for a field of scalars. */
  readonly gives: Whose | undefined;
  /** Whether what it gives is of whom its object is, and leads to personal data. */
  readonly isHandedOn: boolean;
  /** Whether the id of a customer who was merged, among its arguments, is taken for that of the one into whom they were merged. */
  readonly takesCurrentIds: boolean;
  /** Of a mutation: which of its arguments name the customers that it changes. */
  readonly changes: readonly Path[] | undefined;
}

/**
 * The table of the policies of a schema's fields, one for each field of each object type, made from what is declared: `@RequiresScopes`,
 * `@ArgumentScopes`, `@Masked`, `@ReadableAfterWithdrawal`, `@TakesFormerIds`, and `@OwnedBy` of the class.
 *
 * @param schema with the directives of its SDL and the marks of its classes
 * @param entities of the subgraph: the properties by which they are owned are what names a customer among the arguments, too
 * @throws Error that names all personal fields of which nothing says whose they are, with what to declare; and for an argument that cannot ask for
 *   scopes
 */
export function fieldPolicies(schema: GraphQLSchema, entities: readonly Class[]): readonly FieldPolicy[] {
  const lineage = new Lineage(schema);
  const names = ownerProperties(entities);
  const policies: FieldPolicy[] = [];
  const problems: string[] = [];
  eachField(schema, (field: Field, type) => {
    const policy = policyOf(schema, field, type, names, lineage);
    const problem = policy.isPersonal ? problemOf(policy, type, lineage) : undefined;
    if (problem !== undefined) problems.push(problem);
    policies.push(policy);
  });
  if (problems.length > 0) {
    throw new Error(`a personal field is somebody's, and something says whose:\n  ${problems.join('\n  ')}`);
  }
  return policies;
}

function policyOf(
  schema: GraphQLSchema,
  field: Field,
  type: GraphQLObjectType,
  names: ReadonlySet<string>,
  lineage: Lineage,
): FieldPolicy {
  const named = getNamedType(field.type);
  const isRoot = isRootOf(schema, type);
  const isMutation = type === schema.getMutationType();
  const paths = isRoot ? pathsTo(field, names, isMutation && named.name === CUSTOMER) : [];
  const gives = isCompositeType(named) ? whoseAre(named) : undefined;
  const isReadable = isReadableAfterWithdrawal(field) || isReadableType(named);
  return {
    field: `${type.name}.${field.name}`,
    scopes: scopesAskedFor(field, type),
    scopedArguments: scopedArguments(field),
    mask: maskOf(field),
    isPersonal: isPersonal(field),
    consent: {
      isWithheld: type.name === CUSTOMER && field.name !== 'id' && !isReadableAfterWithdrawal(field),
      // Who changed something gets the answer to that. What an edge leads to was looked at with the edge.
      isSifted: gives !== undefined && isSiftable(gives, field) && !isReadable && !isMutation && !nodeOf(type),
      isReadable,
    },
    whose: isRoot ? { kind: 'arguments', paths } : whoseAre(type),
    gives,
    isHandedOn: !isRoot && lineage.needsOwner(named),
    takesCurrentIds: (isMutation || type === schema.getQueryType()) && field.args.length > 0 && !takesFormerIds(field),
    changes: isMutation ? paths : undefined,
  };
}

function problemOf({ field, whose }: FieldPolicy, type: GraphQLObjectType, lineage: Lineage): string | undefined {
  if (whose.kind === 'arguments') {
    return whose.paths.length > 0
      ? undefined
      : `${field}: no argument says whose it is; let the fields of what it gives ask for ${SCOPES.readPersonalData}`;
  }
  if (lineage.isSomebodys(type)) return undefined;
  return `${field}: say of ${type.name} whose it is: @OwnedBy.columns('customerId') on its class, a field of the type ${CUSTOMER}, or let it be reached only from what is somebody's; or @OwnedBy.nobody('why')`;
}

/** Which types of a schema are reached from which, and so inherit whose their objects are. */
class Lineage {
  /** The types that a type's fields lead to. */
  readonly #children = new Map<GraphQLObjectType, ReadonlySet<GraphQLObjectType>>();
  readonly #somebodys = new Set<GraphQLObjectType>();
  readonly #needing = new Set<GraphQLObjectType>();

  constructor(private readonly schema: GraphQLSchema) {
    for (const type of Object.values(schema.getTypeMap())) {
      if (!isObjectType(type) || isIntrospectionType(type) || isRootOf(schema, type)) continue;
      const fields = Object.values(type.getFields());
      this.#children.set(type, new Set(fields.flatMap((field) => this.#concrete(getNamedType(field.type)))));
      if (inherits(type) && fields.some((field) => isPersonal(field))) this.#needing.add(type);
    }
    for (const type of this.#children.keys())
      if (whoseAre(type).kind !== 'nobody' && !isHeir(type)) this.#bequeath(type);
    this.#findNeeding();
  }

  /** Whether its objects are somebody's by themselves, or can be reached from one that is, or are declared nobody's. */
  isSomebodys(type: GraphQLObjectType): boolean {
    return this.#somebodys.has(type) || whoseAre(type).kind === 'nobody';
  }

  /** Whether its objects have to inherit whose they are, for personal data in or behind them. */
  needsOwner(type: GraphQLNamedType): boolean {
    return this.#concrete(type).some((one) => this.#needing.has(one));
  }

  #concrete(type: GraphQLNamedType): readonly GraphQLObjectType[] {
    if (isAbstractType(type)) return this.schema.getPossibleTypes(type);
    return isObjectType(type) ? [type] : [];
  }

  #bequeath(type: GraphQLObjectType): void {
    if (this.#somebodys.has(type)) return;
    this.#somebodys.add(type);
    for (const child of this.#children.get(type) ?? []) if (isHeir(child)) this.#bequeath(child);
  }

  #findNeeding(): void {
    for (let before = -1; before < this.#needing.size;) {
      before = this.#needing.size;
      for (const [type, children] of this.#children) {
        if (inherits(type) && [...children].some((child) => this.#needing.has(child))) this.#needing.add(type);
      }
    }
  }
}

/** Whether objects of the type are of whom that is from which they were reached, where they do not tell it themselves. */
function inherits(type: GraphQLObjectType): boolean {
  return ['parent', 'within', 'referrers'].includes(whoseAre(type).kind);
}

/** Whether that is the only way in which it is known. */
function isHeir(type: GraphQLObjectType): boolean {
  const whose = whoseAre(type);
  return whose.kind === 'parent' || (whose.kind === 'within' && !isToldByItself(whose));
}

function isRootOf(schema: GraphQLSchema, type: GraphQLObjectType): boolean {
  return [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].includes(type);
}

/** A customer that stands alone stays, for their fields are withheld. */
function isSiftable(gives: Whose, { type }: Field): boolean {
  return isToldByItself(gives) && (gives.kind !== 'customer' || isListType(getNullableType(type)));
}

function isReadableType(type: GraphQLNamedType): boolean {
  return isReadableAfterWithdrawal(nodeOf(type) ?? type);
}

type Declared = Pick<Field, 'extensions'>;

function maskOf({ extensions }: Declared): Mask | undefined {
  const mask = extensions[MASK];
  return typeof mask === 'function' ? (mask as Mask) : undefined;
}

function scopesOf({ astNode }: Pick<Field, 'astNode'> | GraphQLNamedType): readonly (readonly string[])[] {
  const directive = astNode?.directives?.find(({ name }) => name.value === 'requiresScopes');
  const scopes = directive?.arguments?.find(({ name }) => name.value === 'scopes');
  return scopes ? (valueFromASTUntyped(scopes.value) as readonly (readonly string[])[]) : [];
}

/** What the field itself, the type that it is of and the type that it gives ask for, all at once: as federation means it. */
function scopesAskedFor(field: Field, type: GraphQLObjectType): readonly (readonly string[])[] {
  const demands = [field, type, getNamedType(field.type)]
    .map((one) => scopesOf(one))
    .filter(({ length }) => length > 0);
  return demands.reduce(
    (sets, more) =>
      sets.length === 0 ? more : sets.flatMap((set) => more.map((one) => [...new Set([...set, ...one])])),
    [],
  );
}

function isPersonal(field: Pick<Field, 'astNode' | 'extensions'>): boolean {
  return maskOf(field) !== undefined || scopesOf(field).flat().includes(SCOPES.readPersonalData);
}

/** A row's own `id` among the arguments is of whatever the field is about, and of a customer only where that is what it answers. */
function ownerProperties(entities: readonly Class[]): ReadonlySet<string> {
  const owners = entities.map((entity) => ownerOf(entity));
  const properties = owners.flatMap((owner) => (owner?.kind === 'columns' ? owner.properties : []));
  return new Set(properties.filter((name) => name !== 'id'));
}

function pathsTo(field: Field, names: ReadonlySet<string>, isIdOfCustomer: boolean): readonly Path[] {
  return field.args.flatMap(({ name, type }): Path[] => {
    if (names.has(name) || (name === 'id' && isIdOfCustomer)) return [[name]];
    const input = getNamedType(type);
    if (!isInputObjectType(input)) return [];
    return Object.keys(input.getFields()).flatMap((inner) => (names.has(inner) ? [[name, inner]] : []));
  });
}
