/** What a library that is loaded into every process of a tree reads: the dynamic linker's settings, and libfaketime's. */
const OF_THE_TREE = /^(LD_PRELOAD|LD_LIBRARY_PATH|FAKETIME(_\w+)?|NO_FAKE_STAT)$/;

/**
 * The part of an environment that also a process needs which gets nothing else of it: what is preloaded into all of ours, so that they
 * have one clock where it is set to another day.
 */
export function preloadedEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => OF_THE_TREE.test(name)));
}
