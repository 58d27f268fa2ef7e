import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type FieldNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  getNamedType,
  isCompositeType,
} from 'graphql';
import type { Access } from '../access/Access.js';
import type { Guard } from '../access/Guard.js';
import type { Denial } from '../access/denialError.js';
import { clientName } from './ClientNames.js';
import type { OperationParts } from './operationParts.js';

const TYPENAME: SelectionNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/** What is left of an operation. */
export interface AllowedPart {
  /** Undefined when nothing is left. */
  readonly document: DocumentNode | undefined;
  /** What was taken out; each place once. */
  readonly denials: readonly Denial[];
}

/** What an operation may be asked by, and where in it. */
export interface OperationAccess {
  readonly access: Access;
  /** Guards by the path of a field (keys of the response, joined by dots), where what it needs is closed and not the field itself. */
  readonly closedPaths: ReadonlyMap<string, readonly Guard[]>;
}

/**
 * Takes everything out of an operation that the caller may not see, so that no subgraph is asked for it. A field that is asked for by an interface
 * stays for those types whose field is open. An object all of whose fields are closed is asked for its type: whether it is there is no secret.
 */
export function withoutDenied(
  schema: GraphQLSchema,
  { access, closedPaths }: OperationAccess,
  { operation, fragments }: Pick<OperationParts, 'operation' | 'fragments'>,
): AllowedPart {
  const denials = new Map<string, Denial>();
  // The same fragment means something else for other types, and elsewhere in the response.
  const narrowed = new Map<string, FragmentDefinitionNode | null>();

  function select(
    { selections }: SelectionSetNode,
    parent: GraphQLCompositeType,
    types: readonly GraphQLObjectType[],
    path: readonly string[],
  ): SelectionNode[] {
    return selections.flatMap((selection): SelectionNode[] => {
      if (selection.kind === Kind.FIELD) return selectField(selection, parent, types, path);
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = narrow(selection.name.value, types, path);
        return fragment ? [{ ...selection, name: fragment.name }] : [];
      }
      const condition = selection.typeCondition?.name.value;
      const below = selectOn(condition ?? parent.name, selection.selectionSet, types, path);
      return below.length > 0 ? [{ ...selection, selectionSet: setOf(below) }] : [];
    });
  }

  function selectOn(
    condition: string,
    selectionSet: SelectionSetNode,
    types: readonly GraphQLObjectType[],
    path: readonly string[],
  ): SelectionNode[] {
    const type = schema.getType(condition);
    if (!isCompositeType(type)) return [];
    const possible = access.objectTypes(type);
    return select(
      selectionSet,
      type,
      types.filter((one) => possible.includes(one)),
      path,
    );
  }

  function narrow(
    name: string,
    types: readonly GraphQLObjectType[],
    path: readonly string[],
  ): FragmentDefinitionNode | null {
    const key = `${name} ${types.join()} ${path.join('.')}`;
    const known = narrowed.get(key);
    if (known !== undefined) return known;
    const fragment = fragments.get(name);
    const selections = fragment ? selectOn(fragment.typeCondition.name.value, fragment.selectionSet, types, path) : [];
    const made =
      fragment && selections.length > 0
        ? {
            ...fragment,
            name: { kind: Kind.NAME as const, value: `F${narrowed.size}` },
            selectionSet: setOf(selections),
          }
        : null;
    narrowed.set(key, made);
    return made;
  }

  function selectField(
    field: FieldNode,
    parent: GraphQLCompositeType,
    types: readonly GraphQLObjectType[],
    above: readonly string[],
  ): SelectionNode[] {
    // No object can be of all the types that the fragments around it ask for.
    if (types.length === 0) return [];
    const name = field.name.value;
    if (name.startsWith('__')) return types.every((type) => access.closingObjects(type).length > 0) ? [] : [field];
    const path = [...above, (field.alias ?? field.name).value];
    const closedPath = closedPaths.get(path.join('.'));
    const open = closedPath ? [] : types.filter((type) => access.closing(type, name).length === 0);
    if (open.length < types.length) {
      deny(`${parent.name}.${name}`, path, closedPath ?? types.flatMap((type) => access.closing(type, name)));
    }
    if (open.length === types.length) return [selectBelow(field, parent, path)];
    return open.map((type) => ({
      kind: Kind.INLINE_FRAGMENT,
      typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type.name } },
      selectionSet: setOf([selectBelow(field, type, path)]),
    }));
  }

  function selectBelow(field: FieldNode, parent: GraphQLCompositeType, path: readonly string[]): FieldNode {
    const definition = 'getFields' in parent ? parent.getFields()[field.name.value] : undefined;
    const type = definition && getNamedType(definition.type);
    if (!field.selectionSet || !isCompositeType(type)) return field;
    const below = select(field.selectionSet, type, access.objectTypes(type), path);
    return { ...field, selectionSet: setOf(below.length > 0 ? below : [TYPENAME]) };
  }

  function deny(what: string, path: readonly string[], guards: readonly Guard[]): void {
    const key = path.join('.');
    const before = denials.get(key)?.guards ?? [];
    denials.set(key, { what, path: path.map(clientName), guards: [...new Set([...before, ...guards])] });
  }

  const root = schema.getRootType(operation.operation);
  const selections = root ? select(operation.selectionSet, root, [root], []) : [];
  const definitions = [...narrowed.values()].filter((fragment) => fragment !== null);
  return {
    document:
      selections.length > 0
        ? { kind: Kind.DOCUMENT, definitions: [{ ...operation, selectionSet: setOf(selections) }, ...definitions] }
        : undefined,
    denials: [...denials.values()],
  };
}

function setOf(selections: readonly SelectionNode[]): SelectionSetNode {
  return { kind: Kind.SELECTION_SET, selections };
}
