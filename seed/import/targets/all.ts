// First: the decorators of the entities need it, whoever loads them.
import 'reflect-metadata';
import { feedbackTargets } from './feedback.js';
import { identityTargets } from './identity.js';
import type { ImportTarget } from './ImportTarget.js';
import { marketingTargets } from './marketing.js';
import { salesTargets } from './sales.js';
import { serviceTargets } from './service.js';
import { touchpointTargets } from './touchpoints.js';

/** Every entity that a mapping can write, by the name that mappings use. */
export const importTargets: Readonly<Record<string, ImportTarget>> = {
  ...identityTargets,
  ...touchpointTargets,
  ...salesTargets,
  ...serviceTargets,
  ...marketingTargets,
  ...feedbackTargets,
};
