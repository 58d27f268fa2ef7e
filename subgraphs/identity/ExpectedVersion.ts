import { Arg, Int } from 'type-graphql';

/** The argument `expectedVersion` of a mutation that changes a row. */
export function ExpectedVersion(what: string): ReturnType<typeof Arg> {
  return Arg('expectedVersion', () => Int, {
    nullable: true,
    description: `The version of the ${what} that you have seen; when it has changed since, nothing is written and the error is CONFLICT.`,
  });
}
