import { failureOf } from '../graph/failure.ts';

interface Result<T> {
  readonly data?: { readonly customer360?: T | null | undefined } | undefined;
  readonly error?: unknown;
  readonly loading: boolean;
  readonly refetch: () => Promise<unknown>;
}

/** What a department knows of a customer, as far as it could be had. */
export interface Department<T> {
  /** Null while nothing is there. */
  readonly customer: T | null;
  readonly loading: boolean;
  /** What could not be had, for people. */
  readonly failure: string | null;
  /** Whether nothing at all came, be it lost or not for this role. */
  readonly isEmpty: boolean;
  readonly retry: () => void;
}

/** Reads the answer to a department's own question: each department loads and fails apart from the others. */
export function departmentOf<T extends object>({ data, error, loading, refetch }: Result<T>): Department<T> {
  const customer = data?.customer360 ?? null;
  return {
    customer,
    loading: loading && customer === null,
    failure: failureOf(error),
    isEmpty: customer === null || isBare(customer),
    retry: () => void refetch(),
  };
}

/** Only the id came: every field of the department is null. */
function isBare(customer: object): boolean {
  return Object.entries(customer).every(
    ([name, value]) => name === 'id' || name === '__typename' || value === null || value === undefined,
  );
}
