import { Directive } from 'type-graphql';
import { argumentScopes } from '../graph/argumentScopes.js';

/**
 * Declares that only callers who have all of these scopes may give an argument, or a field of an input: for what is compared with a value that is
 * masked or asks for a scope, and would tell it. Whoever leaves it out needs none. For a value of an enum, such as an order by name, say it in `enumType`.
 */
export function ArgumentScopes(...scopes: [string, ...string[]]): ParameterDecorator & PropertyDecorator {
  return Directive(argumentScopes(scopes));
}
