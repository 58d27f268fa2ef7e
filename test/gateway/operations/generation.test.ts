import fc from 'fast-check';
import { Generation, type GenerationParts, type Lease } from '../../../gateway/supergraph/Generation.js';
import { SharedClients } from '../../../gateway/supergraph/SharedClients.js';
import type { SubgraphClient } from '../../../gateway/upstream/SubgraphClient.js';

/** What a generation is made of matters to nobody here. */
const PARTS = {} as GenerationParts;

test('a generation closes once, when it is retired and its last lease has ended, in whatever order', () => {
  const step = fc.oneof(fc.constant('lease' as const), fc.constant('retire' as const), fc.nat(20));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let closed = 0;
      let retired = false;
      const generation = new Generation(PARTS, () => (closed += 1));
      const leases: Lease[] = [];
      const held = new Set<Lease>();
      for (const one of steps) {
        if (one === 'lease') {
          if (closed > 0) continue;
          const lease = generation.lease();
          leases.push(lease);
          held.add(lease);
        } else if (one === 'retire') {
          retired = true;
          generation.retire();
        } else {
          // Ending one again changes nothing.
          const lease = leases[one % Math.max(1, leases.length)];
          lease?.end();
          if (lease) held.delete(lease);
        }
        expect(generation.leases).toBe(held.size);
        expect(closed).toBe(retired && held.size === 0 ? 1 : 0);
      }
    }),
  );
});

test('connections stay open as long as a generation uses them, whichever closes first', async () => {
  const closed: string[] = [];
  const clients = new SharedClients(
    (name, url) => ({ options: { name, url }, close: async () => void closed.push(url) }) as unknown as SubgraphClient,
  );
  const first = clients.take('books', 'http://a/');
  const same = clients.take('books', 'http://a/');
  const moved = clients.take('books', 'http://b/');
  expect(same).toBe(first);
  expect(moved).not.toBe(first);
  await clients.release(first);
  expect(closed).toEqual([]);
  await clients.release(same);
  expect(closed).toEqual(['http://a/']);
  await clients.close();
  expect(closed).toEqual(['http://a/', 'http://b/']);
});
