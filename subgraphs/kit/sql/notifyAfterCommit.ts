import {
  type DataSource,
  type EntityManager,
  type EntitySubscriberInterface,
  EventSubscriber,
  type QueryRunner,
  type TransactionCommitEvent,
} from 'typeorm';
import { Notifier } from './Notifier.js';

/** The channels to be notified when a transaction is committed. */
const channelsOf = new WeakMap<QueryRunner, Set<string>>();
const notifiersOf = new WeakMap<DataSource, Map<string, Notifier>>();

/**
 * Wakes those who listen to a channel once what `manager` writes is committed, and never if it is not; outside a transaction at once. It does not keep
 * the transaction, nor its caller, waiting; see `Notifier` for what it promises.
 * @param manager of a data source that `createDataSource` made
 */
export function notifyAfterCommit(manager: EntityManager, channel: string): void {
  const runner = manager.queryRunner;
  if (!runner?.isTransactionActive) {
    notify(manager.dataSource, channel);
    return;
  }
  const channels = channelsOf.get(runner) ?? new Set();
  channelsOf.set(runner, channels.add(channel));
}

/** Sends what `notifyAfterCommit` was told during a transaction. Every data source has it. */
@EventSubscriber()
export class NotifiesAfterCommit implements EntitySubscriberInterface {
  afterTransactionCommit({ queryRunner, dataSource }: TransactionCommitEvent): void {
    // A savepoint that is released is not committed yet.
    if (queryRunner.isTransactionActive) return;
    for (const channel of take(queryRunner)) notify(dataSource, channel);
  }

  afterTransactionRollback({ queryRunner }: TransactionCommitEvent): void {
    if (!queryRunner.isTransactionActive) take(queryRunner);
  }
}

function take(runner: QueryRunner): Iterable<string> {
  const channels = channelsOf.get(runner) ?? [];
  channelsOf.delete(runner);
  return channels;
}

function notify(dataSource: DataSource, channel: string): void {
  const notifiers = notifiersOf.get(dataSource) ?? new Map<string, Notifier>();
  notifiersOf.set(dataSource, notifiers);
  const notifier =
    notifiers.get(channel) ?? new Notifier(() => dataSource.query(`/* notify */ SELECT pg_notify($1, '')`, [channel]));
  notifiers.set(channel, notifier);
  notifier.notify();
}
