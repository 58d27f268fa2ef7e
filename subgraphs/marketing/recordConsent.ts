import sql from 'sql-template-tag';
import type { EntityManager } from 'typeorm';
import { v7 as uuid, validate as isUuid } from 'uuid';
import type { z } from 'zod';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import { nameCustomers } from '../kit/flow/nameCustomers.js';
import { membersOf } from '../kit/ownership/membersOf.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import type { grantConsentInput, withdrawConsentInput } from './consentInput.js';
import { Consent, type ConsentAction } from './entities/Consent.js';
import { reportConsent } from './reports.js';
import { changeCustomer } from './segmentMembers.js';
import { standingConsents, standingKey } from './standingConsents.js';

type GrantInput = z.output<typeof grantConsentInput>;
type WithdrawInput = z.output<typeof withdrawConsentInput>;

/**
 * Appends an entry to the ledger, unless what stands says it already.
 * @param repeated finds, among what stands, the entry that the new one would only repeat
 */
async function record(
  context: RequestContext,
  action: ConsentAction,
  input: GrantInput | WithdrawInput,
  once: Idempotency,
  repeated: (standing: readonly Consent[]) => Consent | undefined,
): Promise<Consent> {
  // Two entries for one customer take turns: sequence and time rise together, and the second sees the first.
  return changeCustomer(context, input.customerId, once, async (manager, outbox) => {
    const key = standingKey(input.customerId, null);
    // As they were recorded: rows follow a merge or an unmerge moments later.
    const members = await membersOf(manager, [input.customerId]);
    const isTheirs = sql`(e.customer_id = ANY(${members}::uuid[]) AND e.recorded_for = e.customer_id
      OR e.recorded_for = ANY(${members}::uuid[]) AND e.recorded_for <> e.customer_id)`;
    const [standing = []] = await standingConsents(context.database, [key], manager, isTheirs);
    const present = repeated(standing);
    if (present !== undefined) {
      if (action === 'WITHDRAWN') await withdrawForOthers(context, manager, input, members);
      return present;
    }
    const id = uuid();
    // `at` is left out: the database's clock sets it.
    await manager.insert(Consent, { ...input, id, action, sourceKey: null });
    const recorded = await manager.findOneByOrFail(Consent, { id });
    reportConsent(outbox, recorded);
    return recorded;
  });
}

/**
 * Whoever withdraws it does so for everybody they are known as, which the ledger itself sees to (`withdraw_for_all`). Where what stands says it already for all together, it may be
 * missing for one of them, for whom it is to hold after an unmerge.
 */
async function withdrawForOthers(
  context: RequestContext,
  manager: EntityManager,
  input: GrantInput | WithdrawInput,
  members: readonly string[],
): Promise<void> {
  if (members.length === 1) return;
  const { customerId, purpose, channel } = input;
  const [missing] = await context.database.query<{ id: string }>(
    sql`SELECT m.id FROM unnest(${members}::uuid[]) AS m (id) WHERE NOT has_withdrawn(m.id, ${purpose}, ${channel}, now()) ORDER BY m.id LIMIT 1`,
    manager,
  );
  if (missing === undefined) return;
  await nameCustomers(manager, new Map([[customerId, missing.id]]));
  await manager.insert(Consent, { ...input, id: uuid(), action: 'WITHDRAWN', sourceKey: null });
  await nameCustomers(manager, new Map([[customerId, context.recordedFor(customerId)]]));
}

/**
 * Records that a customer agrees. The same grant again (purpose, channel, source and text) changes nothing.
 * @throws BAD_USER_INPUT for an unknown customer
 */
export async function grantConsent(context: RequestContext, input: GrantInput, once: Idempotency): Promise<Consent> {
  await context.references.require('Customer', { 'input.customerId': input.customerId }, context.requestId);
  return record(context, 'GRANTED', input, once, (standing) =>
    standing.find(
      ({ purpose, channel, action, source, text }) =>
        action === 'GRANTED' &&
        purpose === input.purpose &&
        channel === input.channel &&
        source === input.source &&
        text === input.text,
    ),
  );
}

/**
 * Records that a customer does not agree, or not any more. Never refused for what stands; where all of it is withdrawn
 * already, it changes nothing.
 * @throws BAD_USER_INPUT for an unknown customer
 */
export async function withdrawConsent(
  context: RequestContext,
  input: WithdrawInput,
  once: Idempotency,
): Promise<Consent> {
  if (!(await isInLedger(context, input.customerId))) {
    await context.references.require('Customer', { 'input.customerId': input.customerId }, context.requestId);
  }
  return record(context, 'WITHDRAWN', input, once, (standing) => {
    const ofPurpose = standing.filter(({ purpose }) => purpose === input.purpose);
    const grantedSince = input.channel === null && ofPurpose.some(({ action }) => action === 'GRANTED');
    if (grantedSince) return undefined;
    return ofPurpose.find(({ channel, action }) => channel === input.channel && action === 'WITHDRAWN');
  });
}

/** Who is in the ledger was checked when they came in: a withdrawal of theirs need not wait for identity to be up. */
async function isInLedger(context: RequestContext, customerId: string): Promise<boolean> {
  return isUuid(customerId) && context.database.dataSource.manager.existsBy(Consent, { customerId });
}
