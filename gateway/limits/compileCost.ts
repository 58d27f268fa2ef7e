import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
  type ValueNode,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isObjectType,
  valueFromASTUntyped,
} from 'graphql';
import { ERROR_CODES } from '../../schema/contract.js';
import type { CostWeights, ListSize } from './costWeights.js';

type Variables = Readonly<Record<string, unknown>>;

/**
 * What an operation costs at most with these variables, as the client sent them.
 *
 * @returns 0 or more; `Number.MAX_SAFE_INTEGER` stands for anything above it
 * @throws GraphQLError BAD_USER_INPUT when a list that wants exactly one argument to say its length has none, or several
 */
export type Cost = (variables: Variables) => number;

/** What costs are reckoned by. */
export interface CostModel {
  /** What clients see. */
  readonly schema: GraphQLSchema;
  readonly weights: CostWeights;
  /** How long a list is taken to be of which nobody says it. */
  readonly listSize: number;
}

/** One evaluation: what variables hold, and what was reckoned already. */
interface Evaluation {
  readonly variables: Variables;
  readonly known: Map<Reckoned, number>;
}
type Reckoned = (evaluation: Evaluation) => number;
/** A figure, or how it follows from the variables. */
type Term = number | Reckoned;

/** Of a selection: what it costs once, and what it costs for each item of the list that the field around it sizes. */
interface SelectionCost {
  readonly once: Term;
  readonly perItem: Term;
}

const MUTATION = 10;
const COMPOSITE = 1;

/** Inputs that nest deeper than this are beyond every limit. */
const MAX_INPUT_DEPTH = 64;

/**
 * Compiles what an operation costs, after the federation's `@cost` and `@listSize`: an object costs 1, a scalar or enum nothing, a
 * mutation 10 more, an input object 1, unless `@cost` says otherwise; what a list holds is taken as often as the list is long.
 * Introspection costs nothing. What does not hang on variables is reckoned here, once.
 *
 * @param document valid by the schema: fragments in a circle would never end
 * @see https://www.apollographql.com/docs/graphos/routing/security/demand-control
 */
export function compileCost(model: CostModel, document: DocumentNode, operation: OperationDefinitionNode): Cost {
  const compiler = new CostCompiler(model, document, operation);
  const total = compiler.total();
  if (typeof total === 'number') {
    const cost = whole(total);
    return () => cost;
  }
  return (variables) => whole(total({ variables, known: new Map() }));
}

function whole(cost: number): number {
  return Math.max(0, Math.min(Math.ceil(cost), Number.MAX_SAFE_INTEGER));
}

class CostCompiler {
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #compiled = new Map<string, SelectionCost>();
  /** Of the operation's variables, as the document has them. */
  readonly #defaults = new Map<string, unknown>();

  constructor(
    private readonly model: CostModel,
    document: DocumentNode,
    private readonly operation: OperationDefinitionNode,
  ) {
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(definition.name.value, definition);
    }
    for (const { variable, defaultValue } of operation.variableDefinitions ?? []) {
      if (defaultValue) this.#defaults.set(variable.name.value, valueFromASTUntyped(defaultValue));
    }
  }

  total(): Term {
    const root = this.model.schema.getRootType(this.operation.operation);
    if (!root) return 0;
    const base = this.operation.operation === OperationTypeNode.MUTATION ? MUTATION : 0;
    return plus([base, this.#selection(root, this.operation.selectionSet, []).once]);
  }

  /** @param sized the fields of `parent` that the field around it sizes */
  #selection(parent: GraphQLNamedType, set: SelectionSetNode, sized: readonly string[]): SelectionCost {
    const once: Term[] = [];
    const perItem: Term[] = [];
    for (const selection of set.selections) {
      const gate = this.#gate(selection.directives);
      if (gate === 0) continue;
      const cost =
        selection.kind === Kind.FIELD
          ? this.#field(parent, selection, sized)
          : selection.kind === Kind.INLINE_FRAGMENT
            ? this.#selection(this.#type(selection.typeCondition?.name.value) ?? parent, selection.selectionSet, sized)
            : this.#fragment(selection.name.value, sized);
      once.push(times(gate, cost.once));
      perItem.push(times(gate, cost.perItem));
    }
    return { once: plus(once), perItem: plus(perItem) };
  }

  #fragment(name: string, sized: readonly string[]): SelectionCost {
    const key = [name, ...sized].join();
    const known = this.#compiled.get(key);
    if (known) return known;
    const fragment = this.#fragments.get(name);
    const type = this.#type(fragment?.typeCondition.name.value);
    if (!fragment || !type) return { once: 0, perItem: 0 };
    const cost = this.#selection(type, fragment.selectionSet, sized);
    // Fragments that spread each other are reckoned once in each evaluation.
    const compiled = { once: remembered(cost.once), perItem: remembered(cost.perItem) };
    this.#compiled.set(key, compiled);
    return compiled;
  }

  #field(parent: GraphQLNamedType, node: FieldNode, sized: readonly string[]): SelectionCost {
    const name = node.name.value;
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
    // `__typename`, `__schema` and `__type` are no fields of the type.
    if (!field) return { once: 0, perItem: 0 };
    const path = `${parent.name}.${name}`;
    const { weights, listSize } = this.model;
    const size = weights.listSizes.get(path);
    const length = size ? this.#length(path, size, field, node) : listSize;
    const type = getNamedType(field.type);
    const below =
      node.selectionSet && isCompositeType(type)
        ? this.#selection(type, node.selectionSet, size?.sizedFields ?? [])
        : { once: 0, perItem: 0 };
    const weight = weights.fields.get(path) ?? weights.types.get(type.name) ?? (isLeafType(type) ? 0 : COMPOSITE);
    const item = plus([weight, below.once, times(length, below.perItem)]);
    const inputs = this.#arguments(path, field, node);
    if (sized.includes(name)) return { once: inputs, perItem: item };
    const isList = isListType(getNullableType(field.type));
    const count = isList ? (size && size.sizedFields.length === 0 ? length : listSize) : 1;
    return { once: plus([inputs, times(count, item)]), perItem: 0 };
  }

  /** How long a list is by the arguments that say it; the longest of several. */
  #length(path: string, size: ListSize, field: GraphQLField<unknown, unknown>, node: FieldNode): Term {
    const assumed = size.assumedSize ?? this.model.listSize;
    if (size.slicingArguments.length === 0) return assumed;
    const given = new Map((node.arguments ?? []).map(({ name, value }) => [name.value, value]));
    const read = size.slicingArguments.map((argument) => {
      const [name = '', ...inside] = argument.split('.');
      const value = given.get(name);
      const standard = field.args.find((one) => one.name === name)?.defaultValue;
      return { value, standard, inside };
    });
    const reckon = (variables: Variables): number => {
      const sent = read
        .map(({ value, inside }) => value && numberAt(this.#value(value, variables), inside))
        .filter((one) => one !== undefined);
      if (size.requireOneSlicingArgument && sent.length > 1) throw oneLength(path, size, sent.length);
      if (sent.length > 0) return Math.max(0, ...sent);
      const standards = read
        .filter(({ value }) => !value)
        .map(({ standard, inside }) => numberAt(standard, inside))
        .filter((one) => one !== undefined);
      if (standards.length > 0) return Math.max(0, ...standards);
      if (size.requireOneSlicingArgument) throw oneLength(path, size, 0);
      return assumed;
    };
    const values = read.map(({ value }) => value);
    if (values.some((value) => value && holdsVariable(value))) return ({ variables }) => reckon(variables);
    try {
      return reckon({});
    } catch (error) {
      // It is an error of the request, not of the compilation.
      return () => {
        throw error;
      };
    }
  }

  #arguments(path: string, field: GraphQLField<unknown, unknown>, node: FieldNode): Term {
    return plus(
      (node.arguments ?? []).map(({ name, value }) => {
        const argument = field.args.find((one) => one.name === name.value);
        if (!argument) return 0;
        const own = this.model.weights.inputs.get(`${path}(${name.value})`);
        const reckon = (variables: Variables): number =>
          this.#input(argument.type, this.#value(value, variables), own, 0);
        return holdsVariable(value) ? ({ variables }) => reckon(variables) : reckon({});
      }),
    );
  }

  #input(type: GraphQLInputType, value: unknown, own: number | undefined, depth: number): number {
    if (value === undefined || value === null) return 0;
    if (depth > MAX_INPUT_DEPTH) return Number.POSITIVE_INFINITY;
    const nullable = getNullableType(type);
    if (isListType(nullable)) {
      const items: readonly unknown[] = Array.isArray(value) ? value : [value];
      return items.reduce<number>((sum, item) => sum + this.#input(nullable.ofType, item, own, depth + 1), 0);
    }
    const { types, fields } = this.model.weights;
    if (!isInputObjectType(nullable)) return own ?? types.get(nullable.name) ?? 0;
    let cost = own ?? types.get(nullable.name) ?? COMPOSITE;
    if (typeof value !== 'object') return cost;
    for (const [name, inside] of Object.entries(value)) {
      const field = nullable.getFields()[name];
      if (field) cost += this.#input(field.type, inside, fields.get(`${nullable.name}.${name}`), depth + 1);
    }
    return cost;
  }

  /** 1 where a selection is taken, 0 where `@skip` or `@include` leaves it out. */
  #gate(directives: readonly DirectiveNode[] | undefined): Term {
    const gates = (directives ?? [])
      .filter(({ name }) => name.value === 'skip' || name.value === 'include')
      .map(({ name, arguments: args }): Term => {
        const condition = args?.find((argument) => argument.name.value === 'if')?.value;
        if (!condition) return 1;
        const wanted = name.value === 'include';
        const gate = (variables: Variables): number =>
          (this.#value(condition, variables) === true) === wanted ? 1 : 0;
        return holdsVariable(condition) ? ({ variables }) => gate(variables) : gate({});
      });
    return gates.reduce(times, 1);
  }

  #value(node: ValueNode, variables: Variables): unknown {
    if (node.kind !== Kind.VARIABLE) return valueFromASTUntyped(node, this.#withDefaults(variables));
    const { value: name } = node.name;
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    return value === undefined ? this.#defaults.get(name) : value;
  }

  #withDefaults(variables: Variables): Record<string, unknown> {
    return { ...Object.fromEntries(this.#defaults), ...variables };
  }

  #type(name: string | undefined): GraphQLNamedType | undefined {
    return name === undefined ? undefined : this.model.schema.getType(name);
  }
}

function plus(terms: readonly Term[]): Term {
  let sum = 0;
  const reckoned: Reckoned[] = [];
  for (const term of terms) {
    if (typeof term === 'number') sum += term;
    else reckoned.push(term);
  }
  if (reckoned.length === 0) return sum;
  return (evaluation) => reckoned.reduce((total, term) => total + term(evaluation), sum);
}

function times(one: Term, other: Term): Term {
  if (one === 0 || other === 0) return 0;
  if (typeof one === 'number' && typeof other === 'number') return one * other;
  if (one === 1) return other;
  if (other === 1) return one;
  return (evaluation) => {
    const factor = typeof one === 'number' ? one : one(evaluation);
    // Beyond all figures times nothing is nothing.
    if (factor === 0) return 0;
    const value = typeof other === 'number' ? other : other(evaluation);
    return value === 0 ? 0 : factor * value;
  };
}

function remembered(term: Term): Term {
  if (typeof term === 'number') return term;
  const reckoned: Reckoned = (evaluation) => {
    const known = evaluation.known.get(reckoned);
    if (known !== undefined) return known;
    const value = term(evaluation);
    evaluation.known.set(reckoned, value);
    return value;
  };
  return reckoned;
}

function numberAt(value: unknown, path: readonly string[]): number | undefined {
  const [name, ...rest] = path;
  if (name !== undefined) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    return numberAt((value as Record<string, unknown>)[name], rest);
  }
  // A custom scalar may take its number as a text.
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && !Number.isNaN(number) ? number : undefined;
}

function holdsVariable(value: ValueNode): boolean {
  switch (value.kind) {
    case Kind.VARIABLE:
      return true;
    case Kind.LIST:
      return value.values.some(holdsVariable);
    case Kind.OBJECT:
      return value.fields.some((field) => holdsVariable(field.value));
    default:
      return false;
  }
}

function oneLength(path: string, { slicingArguments }: ListSize, found: number): GraphQLError {
  const [argument] = slicingArguments;
  return new GraphQLError(
    `${path} wants to know how long its list may be: give exactly one of ${slicingArguments.join(', ')}, not ${found}.`,
    { extensions: { code: ERROR_CODES.BAD_USER_INPUT, argument, http: { status: 400 } } },
  );
}
