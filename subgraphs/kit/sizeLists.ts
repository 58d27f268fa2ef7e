import {
  type ConstArgumentNode,
  type ConstDirectiveNode,
  type ConstValueNode,
  type FieldDefinitionNode,
  Kind,
  type TypeNode,
  parse,
  print,
  visit,
} from 'graphql';
import { DEFAULT_PAGE_SIZE } from './PageArguments.js';

/** The arguments that say how long a page is. */
const SLICING = ['first', 'last'];

/**
 * Says of each list that comes in pages, by federation's `@listSize`, that its arguments tell how long it is: what an operation costs is
 * estimated by it. A field that says so itself is left as it is.
 *
 * @param sdl without links
 */
export function sizeLists(sdl: string): string {
  const document = visit(parse(sdl), {
    FieldDefinition(field): FieldDefinitionNode | undefined {
      const slicing = (field.arguments ?? []).filter(({ name }) => SLICING.includes(name.value));
      const isSized = field.directives?.some(({ name }) => name.value === 'listSize');
      const isConnection = namedType(field.type).endsWith('Connection');
      if (isSized || slicing.length === 0 || !(isConnection || isList(field.type))) return undefined;
      const needsDefault = slicing.every(({ defaultValue }) => !defaultValue);
      const size = directive([
        ...(needsDefault ? [argument('assumedSize', { kind: Kind.INT, value: String(DEFAULT_PAGE_SIZE) })] : []),
        argument('slicingArguments', strings(slicing.map(({ name }) => name.value))),
        ...(isConnection ? [argument('sizedFields', strings(['edges', 'nodes']))] : []),
        argument('requireOneSlicingArgument', { kind: Kind.BOOLEAN, value: false }),
      ]);
      return { ...field, directives: [...(field.directives ?? []), size] };
    },
  });
  return print(document);
}

function isList(type: TypeNode): boolean {
  return type.kind === Kind.NON_NULL_TYPE ? isList(type.type) : type.kind === Kind.LIST_TYPE;
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

function directive(args: readonly ConstArgumentNode[]): ConstDirectiveNode {
  return { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: 'listSize' }, arguments: args };
}

function argument(name: string, value: ConstValueNode): ConstArgumentNode {
  return { kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: name }, value };
}

function strings(values: readonly string[]): ConstValueNode {
  return { kind: Kind.LIST, values: values.map((value) => ({ kind: Kind.STRING, value })) };
}
