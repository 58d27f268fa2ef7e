import { Field, ID, InputType } from 'type-graphql';
import { z } from 'zod';
import { text } from './parseInput.js';

@InputType({ description: 'The id under which another system knows something.' })
export class ExternalIdInput {
  @Field(() => String, { description: 'The other system: `sap`, `maven-crm`. At most 100 characters.' })
  source: string;

  @Field(() => ID, { description: 'Its id there. At most 200 characters.' })
  id: string;
}

/** Composed (Unicode NFC): systems write the same letters composed or not, and it is one id. */
const composed = (max: number) => z.string().normalize('NFC').pipe(text(max));

/** What a caller gave as an `ExternalIdInput`, checked, trimmed and in Unicode's composed form (NFC), as an import reads keys. */
export const externalIdInput = z.object({ source: composed(100), id: composed(200) });

/** What the field `externalId` of an input says, by which its mutation writes once: see `findExternal`. */
export const EXTERNAL_ID = {
  nullable: true,
  description:
    'The id under which the system that it comes from knows it. The same id of that system again, however late, writes nothing and gives what is there, also what an import brought; it is refused when something else is recorded under it. Left out, each call records one more.',
};
