/** How a field says how long a list is: https://ibm.github.io/graphql-specs/cost-spec.html#sec-The-List-Size-Directive */
export interface ListSize {
  readonly assumedSize: number | undefined;
  /** Names of arguments, or paths into them: `first`, `input.first`. */
  readonly slicingArguments: readonly string[];
  /** The size is that of these fields of what the field returns. */
  readonly sizedFields: readonly string[];
  readonly requireOneSlicingArgument: boolean;
}

/** What a supergraph says about costs by `@cost` and `@listSize`. */
export interface CostWeights {
  /** Of an object, a scalar or an enum, by its name. */
  readonly types: ReadonlyMap<string, number>;
  /** Of `Type.field`; of an input object's field too. */
  readonly fields: ReadonlyMap<string, number>;
  /** Of `Type.field(argument)`. */
  readonly inputs: ReadonlyMap<string, number>;
  /** Of `Type.field`. */
  readonly listSizes: ReadonlyMap<string, ListSize>;
}
