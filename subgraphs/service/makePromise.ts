import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { ServicePromise } from './entities/ServicePromise.js';
import type { makePromiseInput } from './promiseInput.js';
import { reportPromise } from './reports.js';
import { requireCaseOf } from './requireCaseOf.js';

/**
 * Writes down what we promise to a customer.
 * @throws BAD_USER_INPUT for an unknown customer, case or employee
 */
export async function makePromise(
  context: RequestContext,
  input: z.output<typeof makePromiseInput>,
  once: Idempotency,
): Promise<ServicePromise> {
  const { customerId, caseId = null, employeeId = null, ...columns } = input;
  await context.references.require('Customer', { 'input.customerId': customerId }, context.requestId);
  await context.references.require('Employee', { 'input.employeeId': employeeId }, context.requestId);
  return context.write(async (manager, outbox) => {
    const of = await requireCaseOf(manager, caseId, customerId);
    const now = new Date();
    const given = { ...columns, id: uuid(), customerId, caseId, employeeId };
    const promise = Object.assign(new ServicePromise(), given, {
      keptAt: null,
      createdAt: now,
      updatedAt: now,
      version: 1,
    });
    await manager.insert(ServicePromise, promise);
    reportPromise(outbox, promise, now, of);
    return promise;
  }, once);
}
