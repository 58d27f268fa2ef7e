/** An environment as `process.env` holds it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What can be set about one subgraph beyond what all have (`config.ts`). A subgraph declares one such object, names it in
 * its definition, and its resolvers ask `context.settings(…)` for the values.
 */
export interface Settings<T extends object> {
  /** A line for each variable, as in `ENVIRONMENT_HELP`: name, meaning, default. */
  readonly help: string;
  /**
   * Reads the values, once, at the entry point; of an empty environment, the defaults.
   * @throws Error with a line for each problem
   */
  read(environment: Environment): Readonly<T>;
}

/**
 * The values of a subgraph's own settings.
 * @param values all that there are
 * @throws when the subgraph's definition does not name them
 */
export function readSettings<T extends object>(
  values: ReadonlyMap<Settings<object>, object>,
  which: Settings<T>,
): Readonly<T> {
  const found = values.get(which);
  if (found === undefined) throw new Error("these are not the settings that the subgraph's definition names");
  return found as Readonly<T>;
}
