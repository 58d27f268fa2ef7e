/** What a library that is loaded into every process of a tree reads: the dynamic linker's settings, and libfaketime's. */
const OF_THE_TREE = /^(LD_PRELOAD|LD_LIBRARY_PATH|FAKETIME(_\w+)?|NO_FAKE_STAT)$/;

/**
 * The environment of our own Postgres. Settings of a user's Postgres (PGPORT, PGDATA ...) must not reach it, nor our keys. What is
 * preloaded into our processes is preloaded into Postgres too, so that all of them have one clock where it is set to another day.
 * @param env ours
 */
export function postgresEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const ofTheTree = Object.entries(env).filter(([name]) => OF_THE_TREE.test(name));
  return { ...Object.fromEntries(ofTheTree), PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}
