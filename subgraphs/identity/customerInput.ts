import { Field, ID, InputType } from 'type-graphql';
import { z } from 'zod';
import { Channel } from '../kit/graph/Channel.js';
import { text } from '../kit/graph/parseInput.js';
import { CustomerKind, CustomerRole } from './entities/Customer.js';
import { ExternalIdInput } from '../kit/graph/ExternalIdInput.js';
import { identifierLists } from './identifierInput.js';

@InputType({ description: 'Who is before us, by whatever is known of them.' })
export class IdentifyCustomerInput {
  @Field(() => String, { nullable: true, description: 'Name, at most 200 characters. Needed only to create.' })
  displayName?: string | null;

  @Field(() => CustomerKind, { defaultValue: 'PERSON', description: 'Taken when the customer is created.' })
  kind: CustomerKind;

  @Field(() => [String], { defaultValue: [], description: 'Email addresses, at most 20.' })
  emails: string[];

  @Field(() => [String], {
    defaultValue: [],
    description: 'Phone numbers in any written form, best with country code; at most 20.',
  })
  phones: string[];

  @Field(() => [ExternalIdInput], { defaultValue: [], description: 'Ids in other systems, at most 20.' })
  externalIds: ExternalIdInput[];
}

@InputType({ description: 'What to change. What is left out stays; null empties.' })
export class UpdateCustomerInput {
  @Field(() => String, { nullable: true, description: 'Name, at most 200 characters. It cannot be emptied.' })
  displayName?: string | null;

  @Field(() => [CustomerRole], { nullable: true, description: 'All roles, in place of the present ones.' })
  roles?: CustomerRole[] | null;

  @Field(() => String, { nullable: true, description: 'BCP 47: `de-AT`.' })
  locale?: string | null;

  @Field(() => String, { nullable: true, description: 'IANA: `Europe/Vienna`.' })
  timeZone?: string | null;

  @Field(() => Channel, { nullable: true, description: 'The channel on which they like to be reached.' })
  preferredChannel?: Channel | null;

  @Field(() => [String], {
    nullable: true,
    description: 'All email addresses, in place of the present ones; at most 20.',
  })
  emails?: string[] | null;

  @Field(() => [String], {
    nullable: true,
    description: 'All phone numbers, in place of the present ones; at most 20.',
  })
  phones?: string[] | null;

  @Field(() => ID, { nullable: true, description: 'The household they belong to; null takes them out of it.' })
  householdId?: string | null;
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format() !== '';
  } catch {
    return false;
  }
}

function canonicalLocale(written: string): string | null {
  try {
    return Intl.getCanonicalLocales(written)[0] ?? null;
  } catch {
    return null;
  }
}

export const identifyCustomerInput = z
  .object({
    displayName: text(200).nullish(),
    kind: z.enum(CustomerKind),
    ...identifierLists,
  })
  .refine((input) => input.emails.length + input.phones.length + input.externalIds.length > 0, {
    message: 'needs at least one of emails, phones, externalIds',
  });

export const updateCustomerInput = z.object({
  displayName: text(200).optional(),
  roles: z.array(z.enum(CustomerRole)).optional(),
  locale: z
    .string()
    .transform((written, check) => {
      const locale = canonicalLocale(written);
      if (locale === null) check.addIssue({ code: 'custom', message: 'is not a BCP 47 language tag such as de-AT' });
      return locale;
    })
    .nullish(),
  timeZone: z.string().refine(isTimeZone, 'is not an IANA time zone such as Europe/Vienna').nullish(),
  preferredChannel: z.enum(Channel).nullish(),
  emails: identifierLists.emails.optional(),
  phones: identifierLists.phones.optional(),
  householdId: z.uuid('is not the id of a household').nullish(),
});
