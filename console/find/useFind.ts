import { useQuery } from '@apollo/client/react';
import { useDebouncedValue } from '@mantine/hooks';
import { failureOf } from '../graph/failure.ts';
import { FindByCaseDocument, FindByOrderDocument, FindCustomersDocument } from '../graph/operations.ts';
import { wordsOf } from '../format/wordsOf.ts';
import { useSession } from '../session/useSession.ts';

/** Long enough that a word typed fast is one question, short enough that nobody waits for it. */
const TYPING_PAUSE_MS = 120;

/** Somebody who was found. */
interface Found {
  readonly customerId: string;
  readonly name: string;
  /** Why they were found, or what tells them from others of the same name. */
  readonly detail: string;
}

/** What a search box shows. */
export interface FindResult {
  readonly found: readonly Found[];
  /** Whether an answer for what was typed is still to come. */
  readonly isLoading: boolean;
  /** What could not be asked, for people. */
  readonly failure: string | null;
}

/** Numbers of orders and cases have a digit, and neither an @ nor a leading +. */
function mayBeNumber(text: string): boolean {
  return /\d/.test(text) && !/[@+\s]/.test(text);
}

/**
 * Finds customers by name, email address, phone number in any form, id in another system, order number or case number. Each
 * kind of number is a question of its own to its own department: with one of them down, the others still find.
 */
export function useFind(typed: string): FindResult {
  const [search] = useDebouncedValue(typed.trim(), TYPING_PAUSE_MS);
  const skip = search === '';
  const skipNumber = skip || !mayBeNumber(search);
  const { can } = useSession();
  // By name only for whom names are not masked: nobody else may ask for that.
  const orderBy = can('customer:pii') ? 'DISPLAY_NAME_ASC' : 'CREATED_AT_DESC';
  const customers = useQuery(FindCustomersDocument, { variables: { search, orderBy }, skip, fetchPolicy: 'no-cache' });
  const variables = { number: search.toUpperCase() };
  const orders = useQuery(FindByOrderDocument, { variables, skip: skipNumber, fetchPolicy: 'no-cache' });
  const cases = useQuery(FindByCaseDocument, { variables, skip: skipNumber, fetchPolicy: 'no-cache' });

  const found: Found[] = [];
  if (!skipNumber) {
    for (const { number, customer } of orders.data?.orders.nodes ?? []) {
      if (customer) found.push({ customerId: customer.id, name: customer.displayName, detail: `Order ${number}` });
    }
    for (const { number, subject, customer } of cases.data?.cases.nodes ?? []) {
      if (customer)
        found.push({ customerId: customer.id, name: customer.displayName, detail: `Case ${number}: ${subject}` });
    }
  }
  if (!skip) {
    for (const { id, displayName, emails, phones, kind } of customers.data?.customers.nodes ?? []) {
      const detail = [emails[0], phones[0]].filter(Boolean).join(' · ') || wordsOf(kind);
      if (!found.some(({ customerId }) => customerId === id)) found.push({ customerId: id, name: displayName, detail });
    }
  }
  return {
    found,
    isLoading: typed.trim() !== search || [customers, orders, cases].some(({ loading }) => loading),
    failure: skip ? null : failureOf(customers.error ?? orders.error ?? cases.error),
  };
}
