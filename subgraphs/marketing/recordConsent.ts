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
    if (action === 'WITHDRAWN') await withdrawOfMerged(context, manager, input, present !== undefined);
    if (present !== undefined) return present;
    const id = uuid();
    // `at` is left out: the database's clock sets it.
    await manager.insert(Consent, { ...input, id, action, sourceKey: null });
    const recorded = await manager.findOneByOrFail(Consent, { id });
    reportConsent(outbox, recorded);
    return recorded;
  });
}

/**
 * Whoever withdraws it does so for everybody they are known as: after an unmerge, it holds for each of those who were merged. The entry for the one whom the caller
 * named comes last, unless it is all that is missing.
 */
async function withdrawOfMerged(
  context: RequestContext,
  manager: EntityManager,
  input: GrantInput | WithdrawInput,
  alsoNamed: boolean,
): Promise<void> {
  const { customerId, purpose, channel } = input;
  const members = await membersOf(manager, [customerId]);
  if (members.length === 1) return;
  const still = await context.database.query<{ id: string }>(
    sql`SELECT m.id FROM unnest(${members}::uuid[]) AS m (id) WHERE coalesce(
          (SELECT max(g.sequence) FROM consent_event g WHERE g.recorded_for = m.id AND g.purpose = ${purpose} AND g.action = 'GRANTED'
             AND (${channel}::text IS NULL OR g.channel IS NULL OR g.channel = ${channel}))
          > (SELECT max(w.sequence) FROM consent_event w WHERE w.recorded_for = m.id AND w.purpose = ${purpose}
             AND w.action = 'WITHDRAWN' AND (w.channel IS NULL OR w.channel = ${channel})), TRUE)
        ORDER BY m.id`,
    manager,
  );
  const named = context.recordedFor(customerId);
  for (const { id } of still) {
    if (id === named && !alsoNamed) continue;
    await nameCustomers(manager, new Map([[customerId, id]]));
    await manager.insert(Consent, { ...input, id: uuid(), action: 'WITHDRAWN', sourceKey: null });
  }
  await nameCustomers(manager, new Map([[customerId, named]]));
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
