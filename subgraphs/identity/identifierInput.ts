import { z } from 'zod';
import { externalIdInput } from '../kit/graph/ExternalIdInput.js';
import { emailAddress } from '../kit/graph/parseInput.js';
import { storablePhone } from './phone.js';

/** How many email addresses, phone numbers or external ids a customer can have, each. */
export const MAX_IDENTIFIERS = 20;

const phoneNumber = z
  .string()
  .max(50, 'must have at most 50 characters')
  .transform((written, check) => {
    const phone = storablePhone(written);
    if (phone !== null) return phone;
    check.addIssue({
      code: 'custom',
      message: 'is not a phone number; write it with its country code: +43 1 234 5678',
    });
    return z.NEVER;
  });

const atMost = <T extends z.ZodType>(item: T) =>
  z.array(item).max(MAX_IDENTIFIERS, `must have at most ${MAX_IDENTIFIERS} entries`);

/** The identifiers of a customer as a caller gives them, without repetitions. */
export const identifierLists = {
  emails: atMost(emailAddress).transform((values) => [...new Set(values)]),
  phones: atMost(phoneNumber).transform((values) => [...new Set(values)]),
  externalIds: atMost(externalIdInput).transform((values) => [
    ...new Map(values.map((value) => [JSON.stringify([value.source, value.id]), value])).values(),
  ]),
};
