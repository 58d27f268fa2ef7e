import { preloadedEnvironment } from './preloadedEnvironment.js';

/**
 * The environment of our own Postgres. Settings of a user's Postgres (PGPORT, PGDATA ...) must not reach it, nor our keys.
 * @param env ours
 */
export function postgresEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...preloadedEnvironment(env), PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}
