import { Field, ObjectType } from 'type-graphql';
import { SCOPES } from '../../../schema/contract.js';
import { RequiresScopes } from '../../kit/guard/RequiresScopes.js';
import { LocalDate } from '../../kit/graph/DateTime.js';
import { enumType } from '../../kit/graph/enumType.js';
import { Money } from '../../kit/graph/Money.js';

export const LeadAuthority = enumType('LeadAuthority', 'What somebody has to say in the purchase.', {
  DECIDES: 'They decide.',
  INFLUENCES: 'Others decide; they are heard.',
  NONE: 'Others decide, without them.',
});
export type LeadAuthority = keyof typeof LeadAuthority;

@ObjectType({ description: 'What we know of a lead by BANT: budget, authority, need, timing.', simpleResolvers: true })
export class LeadQualification {
  @Field(() => Money, { nullable: true, description: 'What they can spend; null while nobody knows.' })
  budget: Money | null;

  @Field(() => LeadAuthority, { nullable: true, description: 'What they have to say in it; null while nobody knows.' })
  authority: LeadAuthority | null;

  @RequiresScopes(SCOPES.readPersonalData)
  @Field(() => String, { nullable: true, description: 'What they need it for; null while nobody knows.' })
  need: string | null;

  @Field(() => LocalDate, { nullable: true, description: 'By when they want to buy; null while nobody knows.' })
  timing: string | null;

  @Field(() => [String], {
    description:
      'Which of the four nobody knows yet: `budget`, `authority`, `need`, `timing`. Empty: it can be QUALIFIED.',
  })
  missing: string[];
}
