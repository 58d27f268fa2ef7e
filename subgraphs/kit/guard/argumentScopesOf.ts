import { type ConstDirectiveNode, valueFromASTUntyped } from 'graphql';
import { ARGUMENT_SCOPES } from '../graph/argumentScopes.js';

/** The sets of scopes of which a caller needs one whole to give an argument, a field of an input or a value of an enum; none where anybody may. */
export function argumentScopesOf(
  node: { readonly directives?: readonly ConstDirectiveNode[] | undefined } | null | undefined,
): readonly (readonly string[])[] {
  const directive = node?.directives?.find(({ name }) => name.value === ARGUMENT_SCOPES);
  const scopes = directive?.arguments?.find(({ name }) => name.value === 'scopes');
  return scopes ? (valueFromASTUntyped(scopes.value) as readonly (readonly string[])[]) : [];
}
