import {
  AUTHENTICATED_VERSIONS,
  AuthenticatedSpecDefinition,
  REQUIRES_SCOPES_VERSIONS,
  RequiresScopesSpecDefinition,
  type NamedType,
  type Schema,
  convertEmptyToTrue,
  dnfConjunction,
} from '@apollo/federation-internals';
import type { Guard } from './Guard.js';
import type { AnyField } from './fieldInputs.js';

/** The guard that the directives of a type or field make: one or none. */
export type ReadGuard = (element: NamedType | AnyField) => readonly Guard[];

/**
 * Reads `@authenticated` and `@requiresScopes`, whatever a supergraph calls them: the specifications that it links tell.
 *
 * @returns how to read one element, and all guards that were read so far; null for a supergraph that links neither
 */
export function readGuards(schema: Schema): { readonly read: ReadGuard; readonly found: readonly Guard[] } | null {
  const features = schema.coreFeatures;
  const authenticated = features?.getByIdentity(AuthenticatedSpecDefinition.identity);
  const requiresScopes = features?.getByIdentity(RequiresScopesSpecDefinition.identity);
  const signedIn =
    authenticated && AUTHENTICATED_VERSIONS.find(authenticated.url.version)?.authenticatedDirective(schema);
  const scoped =
    requiresScopes && REQUIRES_SCOPES_VERSIONS.find(requiresScopes.url.version)?.requiresScopesDirective(schema);
  if (!signedIn && !scoped) return null;
  const found: Guard[] = [];
  const known = new Map<string, Guard>();
  return {
    found,
    read(element) {
      const isAuthenticated = signedIn !== undefined && element.hasAppliedDirective(signedIn);
      const sets = scoped ? element.appliedDirectivesOf(scoped).map((applied) => applied.arguments().scopes) : [];
      if (!isAuthenticated && sets.length === 0) return [];
      // Like Apollo's router, composition takes an empty list of sets for one that everybody meets.
      const scopes = sets.length === 0 ? null : convertEmptyToTrue(dnfConjunction(sets));
      const key = JSON.stringify([isAuthenticated, scopes]);
      let guard = known.get(key);
      if (!guard) {
        known.set(key, (guard = { id: found.length, authenticated: isAuthenticated, scopes }));
        found.push(guard);
      }
      return [guard];
    },
  };
}
