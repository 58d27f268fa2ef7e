import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import { erasureApplied } from '../../../schema/contract.js';
import { signReceipt } from '../../../schema/signature.js';
import type { EventBus } from '../flow/EventBus.js';
import { Outbox } from '../flow/Outbox.js';
import { Worker } from '../flow/Worker.js';
import { againAfterCollision } from '../sql/againAfterCollision.js';
import { account, type Erased, eraseCustomer } from './eraseCustomer.js';

/** A write that began before an erasure ends long before this. */
const AGAIN_FOR = '1 day';
const HOUR_MS = 60 * 60 * 1000;
/** How soon it is seen that another process erased somebody, in milliseconds. */
const LOOK_MS = 5_000;
/** How many erasures are told of in one transaction. */
const BATCH = 100;
/** Under which name a receipt counts events that had been published. */
const EVENT_LOG = 'event_log';

/** Not the customer: what comes of who is erased is not taken in any more. */
const SUBJECT = 'erasures';

interface Account extends Erased {
  readonly erasedAt: Date;
  readonly rows: Readonly<Record<string, string>>;
}

const ACCOUNT = `customer_id AS "customerId", customer_ids AS "customerIds", erased_at AS "erasedAt", rows`;

/**
 * Sees through what erasures leave to be done when they are committed: what the subgraph published of the erased is taken from the bus, and identity is told, by a signed
 * event, what was done. As long as one of both fails, nothing is told. Then, every hour for a day, all is done once more: a write that ran at the same moment as the
 * erasure saw nothing of it, nor it of the write.
 *
 * @param subgraph its name
 * @param signingKey null signs nothing
 */
export function settleErasures(
  subgraph: string,
  dataSource: DataSource,
  bus: EventBus,
  signingKey: string | null,
  log: Logger,
): Worker {
  let lastAgain = 0;
  return new Worker(`telling of erasures in ${subgraph}`, log, async (worker) => {
    while (!worker.stopped) {
      const told = await tellErasures(dataSource, bus, subgraph, signingKey);
      if (told > 0) {
        log.info({ count: told }, 'told identity what was erased');
        continue;
      }
      if (Date.now() - lastAgain >= HOUR_MS) {
        lastAgain = Date.now();
        const count = await eraseOnceMore(dataSource, bus, subgraph);
        if (count > 0) log.info({ count }, 'erased once more the customers of the last day');
      }
      await worker.sleep(LOOK_MS);
    }
  });
}

/** @returns how many were told of */
async function tellErasures(
  dataSource: DataSource,
  bus: EventBus,
  subgraph: string,
  signingKey: string | null,
): Promise<number> {
  const untold = await dataSource.query<Account[]>(
    `/* erasures */ SELECT ${ACCOUNT} FROM erasure_account WHERE told_at IS NULL ORDER BY erased_at LIMIT ${BATCH}`,
  );
  if (untold.length === 0) return 0;
  await forgetPublished(dataSource, bus, subgraph, untold);
  return dataSource.transaction(async (manager) => {
    const accounts = await manager.query<Account[]>(
      `/* erasures */ SELECT ${ACCOUNT} FROM erasure_account WHERE told_at IS NULL AND customer_id = ANY($1::uuid[]) FOR UPDATE SKIP LOCKED`,
      [untold.map(({ customerId }) => customerId)],
    );
    const outbox = new Outbox(subgraph);
    for (const { customerId, erasedAt, rows } of accounts) {
      const counts = Object.fromEntries(Object.entries(rows).map(([name, count]) => [name, Number(count)]));
      const receipt = { subgraph, customerId, erasedAt: erasedAt.toISOString(), rows: counts };
      const signature = signingKey === null ? null : signReceipt(signingKey, receipt);
      outbox.add(erasureApplied, SUBJECT, { ...receipt, signature });
    }
    await manager.query('UPDATE erasure_account SET told_at = now() WHERE customer_id = ANY($1::uuid[])', [
      accounts.map(({ customerId }) => customerId),
    ]);
    await outbox.save(manager);
    return accounts.length;
  });
}

/**
 * Erases once more whom the subgraph erased within the last day.
 * @returns how many they are
 */
export async function eraseOnceMore(dataSource: DataSource, bus: EventBus, subgraph: string): Promise<number> {
  const accounts = await dataSource.query<Account[]>(
    `/* erasures */ SELECT ${ACCOUNT} FROM erasure_account WHERE erased_at > now() - interval '${AGAIN_FOR}'`,
  );
  for (const erased of accounts) {
    await againAfterCollision(() => dataSource.transaction((manager) => eraseCustomer(manager, erased)));
  }
  if (accounts.length > 0) await forgetPublished(dataSource, bus, subgraph, accounts);
  return accounts.length;
}

async function forgetPublished(
  dataSource: DataSource,
  bus: EventBus,
  subgraph: string,
  accounts: readonly Erased[],
): Promise<void> {
  const subjects = accounts.flatMap(({ customerIds }) => customerIds);
  const gone = await bus.forget(`/customer360/${subgraph}`, subjects);
  for (const erased of accounts) {
    const count = erased.customerIds.reduce((sum, id) => sum + (gone.get(id) ?? 0), 0);
    if (count > 0) await account(dataSource.manager, erased, new Map([[EVENT_LOG, count]]));
  }
}
