import { Arg } from 'type-graphql';

/** The argument `idempotencyKey` of a mutation; hand it to `context.write` with the mutation's name and arguments. */
export function IdempotencyKey(): ReturnType<typeof Arg> {
  return Arg('idempotencyKey', () => String, {
    nullable: true,
    description:
      'A text of your own, at most 200 printable ASCII characters, such as a UUID. The same call with the same key again writes nothing and gives what the first one answered, as it is by now, for a week; a key that was used for another call is refused. It is yours alone: the same text from another caller is another key. Use it to send again what you had no answer to.',
  });
}
