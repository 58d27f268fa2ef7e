import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type TypeNode,
  visit,
} from 'graphql';
import { directiveNode } from './directiveNode.js';
import { DEFAULT_PAGE_SIZE } from './PageArguments.js';

/** How long a list of objects is taken to be that has no pages and does not say it: most are shorter. */
const ASSUMED_SIZE = 10;

/** The arguments that say how long a page is. */
const SLICING: readonly string[] = ['first', 'last'];

function isList(type: TypeNode): boolean {
  return type.kind === Kind.LIST_TYPE || (type.kind === Kind.NON_NULL_TYPE && isList(type.type));
}

function nameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);
}

function sizeOf(field: FieldDefinitionNode, isObject: (type: string) => boolean): ConstDirectiveNode | null {
  const slicing = (field.arguments ?? []).map(({ name }) => name.value).filter((name) => SLICING.includes(name));
  const sliced = `slicingArguments: ${JSON.stringify(slicing)}, requireOneSlicingArgument: false`;
  if (slicing.length > 0 && nameOf(field.type).endsWith('Connection')) {
    return directiveNode(`@listSize(${sliced}, sizedFields: ["edges", "nodes"], assumedSize: ${DEFAULT_PAGE_SIZE})`);
  }
  if (slicing.length > 0 && isList(field.type))
    return directiveNode(`@listSize(${sliced}, assumedSize: ${ASSUMED_SIZE})`);
  return isList(field.type) && isObject(nameOf(field.type))
    ? directiveNode(`@listSize(assumedSize: ${ASSUMED_SIZE})`)
    : null;
}

/**
 * Tells the gateway how long lists may be, by federation's `@listSize`, so that it can refuse what would cost too much: a connection
 * has as many rows as the caller asks for, a list without pages ten, unless its field says otherwise. Lists of scalars cost nothing.
 */
export function sizeLists(sdl: DocumentNode): DocumentNode {
  const objects = new Set(
    sdl.definitions.flatMap((definition) =>
      definition.kind === Kind.OBJECT_TYPE_DEFINITION ? [definition.name.value] : [],
    ),
  );
  return visit(sdl, {
    ObjectTypeDefinition(type) {
      // The field that leads to a page says how long it is.
      if (type.name.value.endsWith('Connection')) return false;
      const fields = type.fields?.map((field) => {
        if (field.directives?.some(({ name }) => name.value === 'listSize')) return field;
        const size = sizeOf(field, (name) => objects.has(name));
        return size === null ? field : { ...field, directives: [...(field.directives ?? []), size] };
      });
      return { ...type, ...(fields && { fields }) };
    },
  });
}
