import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import { type Caller, type PersonalDataAccessed, personalDataAccessed } from '../../../schema/contract.js';
import { serviceUnavailable } from '../graph/errors.js';
import { Backoff } from '../flow/Backoff.js';
import { Outbox } from '../flow/Outbox.js';

export type AccessEntry = PersonalDataAccessed['entries'][number];

/** How long entries wait for others, in milliseconds; what a process that is killed takes with it. */
const LONGEST_WAIT_MS = 250;
/** How many are written at once. */
const MOST_AT_ONCE = 500;
/** With more customers than this in unwritten entries, who reads waits for the writing. */
const MANY_WAITING = 5_000;
/** With more customers than this in unwritten entries, personal data is not given any more. */
const MOST_WAITING = 10_000;

/** While it cannot be written, personal data may be held back; so it is tried again soon. */
const LONGEST_PAUSE_MS = 5_000;

/** What its statements say of themselves. */
const ACCESS_LOG = 'access log';

/** Of events about what was accessed, as of those about a customer, those of one subject arrive in order. */
const EVENT_SUBJECT = 'personal-data';

/** What one request was given: of which customer, which fields. */
export type Given = ReadonlyMap<string, ReadonlySet<string>>;

/** A request that was given something. */
interface AccessingRequest {
  readonly caller: Caller;
  readonly requestId: string;
  readonly given: Given;
}

/** What is to be written of a request. */
interface Noted extends AccessingRequest {
  /** When it was first given something. */
  readonly at: string;
  readonly given: Map<string, ReadonlySet<string>>;
}

/** How many entries one event holds at most, by the contract. */
const MOST_IN_EVENT = 1_000;
/** How many customers one entry holds at most, by the contract. */
const MOST_IN_ENTRY = 500;

/** What the audit log has to know of a request: an entry for all customers of whom it got, or changed, the same. */
export function accessEntries(
  action: AccessEntry['action'],
  service: string,
  { caller, requestId }: { readonly caller: Caller; readonly requestId: string },
  given: Given,
  at = new Date().toISOString(),
): AccessEntry[] {
  const { subject, operation = null, purpose = null } = caller;
  const common = { at, action, subject, operation, purpose, service, requestId: requestId.slice(0, 200) || 'unknown' };
  return alike(given).flatMap(({ fields, customerIds }) =>
    chunks(customerIds).map((some) => ({ ...common, fields, customerIds: some })),
  );
}

/** Customers of whom the same was given go together. */
function alike(given: Given): { fields: string[]; customerIds: string[] }[] {
  const groups = new Map<string, { fields: string[]; customerIds: string[] }>();
  for (const [customerId, set] of given) {
    const fields = [...set].slice(0, 200);
    const key = fields.join(' ');
    const group = groups.get(key);
    if (group) group.customerIds.push(customerId);
    else groups.set(key, { fields, customerIds: [customerId] });
  }
  return [...groups.values()];
}

function chunks(ids: readonly string[]): string[][] {
  const count = Math.ceil(ids.length / MOST_IN_ENTRY);
  return Array.from({ length: count }, (_, index) => ids.slice(index * MOST_IN_ENTRY, (index + 1) * MOST_IN_ENTRY));
}

/** Adds entries to a write's events, so that they are there exactly when the write is. */
export function addToOutbox(outbox: Outbox, entries: readonly AccessEntry[]): void {
  for (let begin = 0; begin < entries.length; begin += MOST_IN_EVENT) {
    outbox.add(personalDataAccessed, EVENT_SUBJECT, { entries: entries.slice(begin, begin + MOST_IN_EVENT) });
  }
}

/**
 * What is to go to the audit log, on its way there. A read is not kept waiting: its entries are written with those of other reads,
 * a quarter of a second later at most, as one event. While the database cannot take them they wait; with too many waiting, personal data is not
 * given any more.
 */
export class AccessLog {
  readonly #waiting = new Map<string, Noted>();
  /** Of how many customers the entries are that are not written yet. */
  #customers = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  readonly #backoff: Backoff;
  /** Between a try that failed and the next one, whatever is noted meanwhile. */
  #pausing = false;
  /** What is being written. Tried again, it is the same event, which is taken in once. */
  #batch: { readonly outbox: Outbox; readonly customers: number } | undefined;

  constructor(
    readonly subgraph: string,
    private readonly dataSource: DataSource,
    private readonly log: Logger,
  ) {
    this.#backoff = new Backoff('writing the audit log', log, LONGEST_PAUSE_MS);
  }

  /** @throws SERVICE_UNAVAILABLE when nothing more can be noted, so that nothing more may be given */
  requireRoom(): void {
    if (this.#customers < MOST_WAITING) return;
    throw serviceUnavailable('the audit log cannot be written, so personal data is not given; try again');
  }

  /**
   * Notes what a request was given. What the same request is given of the same customer shortly after, such as by the events of
   * a subscription, goes into the same entry.
   * @returns when more may be read: at once, unless very many entries wait
   */
  async note(request: AccessingRequest): Promise<void> {
    if (request.given.size === 0) return;
    this.#add(request);
    if (this.#waiting.size >= MOST_AT_ONCE) this.#write();
    else this.#wait(LONGEST_WAIT_MS);
    if (this.#customers < MANY_WAITING) return;
    this.#write();
    await this.#writing;
  }

  /** Writes what waits. To be called when nobody reads any more. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#writing;
    clearTimeout(this.#timer);
    try {
      while (this.#customers > 0) await this.#writeBatch();
    } catch (error) {
      this.log.fatal(
        { err: error, customers: this.#customers },
        'entries of the audit log are lost: the database is away',
      );
    }
  }

  #add({ caller, requestId, given }: AccessingRequest): void {
    const key = JSON.stringify([requestId, caller.subject, caller.operation, caller.purpose]);
    let noted = this.#waiting.get(key);
    if (noted === undefined) {
      noted = { caller, requestId, at: new Date().toISOString(), given: new Map() };
      this.#waiting.set(key, noted);
    }
    for (const [customerId, fields] of given) {
      const before = noted.given.get(customerId);
      if (before === undefined) this.#customers += 1;
      noted.given.set(customerId, new Set([...(before ?? []), ...fields]));
    }
  }

  #wait(milliseconds: number): void {
    if (this.#writing) return;
    this.#timer ??= setTimeout(() => this.#write(), milliseconds);
  }

  #write(): void {
    if (this.#pausing) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#customers > 0) await this.#writeBatch();
      this.#backoff.worked();
    } catch (error) {
      this.#pausing = true;
      const pause = this.#backoff.failed(error, { customers: this.#customers });
      this.#timer = setTimeout(() => {
        this.#pausing = false;
        this.#write();
      }, pause);
    }
  }

  async #writeBatch(): Promise<void> {
    if (this.#batch === undefined) {
      const some = [...this.#waiting].slice(0, MOST_AT_ONCE);
      for (const [key] of some) this.#waiting.delete(key);
      const outbox = new Outbox(this.subgraph);
      const entries = some.flatMap(([, noted]) => accessEntries('READ', this.subgraph, noted, noted.given, noted.at));
      addToOutbox(outbox, entries);
      const customers = entries.reduce((sum, { customerIds }) => sum + customerIds.length, 0);
      this.#batch = { outbox, customers };
    }
    await this.#batch.outbox.save(this.dataSource.manager, ACCESS_LOG);
    this.#customers -= this.#batch.customers;
    this.#batch = undefined;
  }
}
