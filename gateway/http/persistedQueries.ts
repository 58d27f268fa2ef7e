import type { ApolloServerOptions, BaseContext } from '@apollo/server';
import { LRUCache } from 'lru-cache';
import type { Safelist } from '../limits/Safelist.js';

type PersistedQueries = Exclude<ApolloServerOptions<BaseContext>['persistedQueries'], false | undefined>;

/** Apollo Server's own key for the text with this SHA-256. */
const PREFIX = 'apq:';

/** Texts that clients registered are kept up to so many characters together. */
const REGISTERED_CHARACTERS = 16 * 1024 * 1024;

/**
 * Where texts are found by their SHA-256: in the safelist, else among those that clients registered (automatic persisted queries). Where
 * the safelist is required, clients register nothing.
 */
export function persistedQueries(safelist: Safelist | undefined): PersistedQueries {
  const registered = new LRUCache<string, string>({
    maxSize: REGISTERED_CHARACTERS,
    sizeCalculation: (text) => text.length + 1,
  });
  return {
    cache: {
      get: async (key) => safelist?.textOf(key.slice(PREFIX.length)) ?? registered.get(key),
      async set(key, text) {
        if (safelist?.mode !== 'require') registered.set(key, text);
      },
      delete: async (key) => registered.delete(key),
    },
  };
}
