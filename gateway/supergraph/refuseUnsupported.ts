import { StartError } from '../errors/StartError.js';
import type { LinkedFeature } from './linkedFeatures.js';

const ACCESS = new Map([
  ['https://specs.apollo.dev/authenticated', '@authenticated'],
  ['https://specs.apollo.dev/requiresScopes', '@requiresScopes'],
  ['https://specs.apollo.dev/policy', '@policy'],
]);

/**
 * Refuses a supergraph that asks for something that this gateway does not do, where serving it all the same would be wrong:
 * fields that only some may see would be shown to all.
 *
 * @throws StartError that names the directives
 */
export function refuseUnsupported(file: string, features: readonly LinkedFeature[]): void {
  const access = features.map(({ identity }) => ACCESS.get(identity)).filter((name) => name !== undefined);
  if (access.length > 0) {
    throw new StartError(
      `${file} uses ${access.join(', ')}, but this version has no access control: it would show everyone what they protect. ` +
        'Take them out of the subgraphs and compose again.',
    );
  }
}
