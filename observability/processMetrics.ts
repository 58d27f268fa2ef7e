import { Registry, collectDefaultMetrics } from 'prom-client';

let registry: Registry | undefined;

/** Memory, CPU, event loop lag and garbage collection of this process; one for all servers in it. Measured from the first call on. */
export function processMetrics(): Registry {
  if (!registry) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry });
  }
  return registry;
}
