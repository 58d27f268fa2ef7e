import { StartError } from '../errors/StartError.js';
import type { LinkedFeature } from './linkedFeatures.js';

const POLICY = 'https://specs.apollo.dev/policy';

/**
 * Refuses a supergraph that asks for something that this gateway does not do, where serving it all the same would be wrong:
 * fields that only some may see would be shown to all.
 *
 * @throws StartError that says what to do instead
 */
export function refuseUnsupported(file: string, features: readonly LinkedFeature[]): void {
  const policy = features.find(({ identity }) => identity === POLICY);
  if (!policy) return;
  throw new StartError(
    `${file} uses @policy, but nobody decides policies here: it would show everyone what they protect. ` +
      'Say it with @requiresScopes or @authenticated, or take it out of the subgraphs, and compose again.',
  );
}
