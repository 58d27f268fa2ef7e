import type { Caller } from '../../schema/contract.js';

/** Who asks when the gateway asks a subgraph something of its own accord: whether it is there, and for a WebSocket. It may see nothing. */
export const GATEWAY: Caller = Object.freeze({ subject: 'gateway', scopes: [] });
