import type { Change } from '../ownership/changedCustomers.js';
import type { KnowsMerges } from '../ownership/currentArguments.js';
import type { ReadOwners } from '../ownership/ownersByReferrers.js';
import type { Database } from '../sql/Database.js';
import type { KnowsWithdrawals } from './withdrawals.js';

/** What the policies of fields need of a request. */
export interface GuardedRequest extends KnowsMerges, KnowsWithdrawals {
  /** With the log in which it is told that something had to be withheld. */
  readonly database: Pick<Database, 'log'>;
  /** The mutation that runs; undefined in a query. */
  change: Change | undefined;
  /** Forgets by which ids a mutation before it named customers. */
  forgetNames(): void;
  /** Whose objects are that do not tell it themselves: of the customers of what they were reached from in this request. */
  readonly owners: WeakMap<object, readonly string[]>;
  /**
   * Notes that personal data of a customer is given.
   * @param field `Customer.emails`
   */
  giveOf(customerId: string, field: string): void;
  /** Reads the owners of a row, together with those of all others that are asked for in the same moment. */
  load(read: ReadOwners, id: string): Promise<readonly string[]>;
}
