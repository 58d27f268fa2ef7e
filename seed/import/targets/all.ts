import { identityTargets } from './identity.js';
import type { ImportTarget } from './ImportTarget.js';
import { marketingTargets } from './marketing.js';
import { salesTargets } from './sales.js';

/** Every entity that a mapping can write, by the name that mappings use. */
export const importTargets: Readonly<Record<string, ImportTarget>> = {
  ...identityTargets,
  ...salesTargets,
  ...marketingTargets,
};
