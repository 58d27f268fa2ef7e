import type { HostileKind } from './HostileKind.js';
import { CONNECTION_KINDS } from './connectionKinds.js';
import { OPERATION_KINDS } from './operationKinds.js';

/** All ways to be hostile, in the order in which they are tried. */
export const HOSTILE_KINDS: readonly HostileKind[] = [...OPERATION_KINDS, ...CONNECTION_KINDS];
