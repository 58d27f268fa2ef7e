import { type ConstDirectiveNode, type DocumentNode, Kind, parseConstValue, visit } from 'graphql';

const GUARDS: readonly string[] = ['requiresScopes', 'authenticated'];

function requiresScope(scope: string): ConstDirectiveNode {
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: 'requiresScopes' },
    arguments: [
      {
        kind: Kind.ARGUMENT,
        name: { kind: Kind.NAME, value: 'scopes' },
        value: parseConstValue(JSON.stringify([[scope]])),
      },
    ],
  };
}

/**
 * Puts `@requiresScopes` on each root field that does not say itself who may ask it, so that what a team adds is closed until it
 * is opened on purpose.
 * @param access the scopes: `read` for queries and subscriptions, `write` for mutations
 */
export function guardRoots(
  sdl: DocumentNode,
  { read, write }: { readonly read: string; readonly write: string },
): DocumentNode {
  const scopeOf = new Map([
    ['Query', read],
    ['Mutation', write],
    ['Subscription', read],
  ]);
  return visit(sdl, {
    ObjectTypeDefinition(type) {
      const scope = scopeOf.get(type.name.value);
      if (scope === undefined) return false;
      const fields = type.fields?.map((field) => {
        const isGuarded = field.directives?.some(({ name }) => GUARDS.includes(name.value));
        return isGuarded ? field : { ...field, directives: [...(field.directives ?? []), requiresScope(scope)] };
      });
      return { ...type, ...(fields && { fields }) };
    },
  });
}
