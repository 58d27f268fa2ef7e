import { Directive } from 'type-graphql';

/**
 * Declares that a field is only for callers who have all of these scopes: federation's `@requiresScopes`, which the gateway enforces. Who
 * lacks one gets null for it, so let the field be nullable. On a root field it stands in place of the subgraph's own `access`.
 */
export function RequiresScopes(...scopes: [string, ...string[]]): MethodDecorator & PropertyDecorator {
  return Directive(`@requiresScopes(scopes: [${JSON.stringify(scopes)}])`);
}
