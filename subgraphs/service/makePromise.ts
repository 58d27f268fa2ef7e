import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import { actingEmployee } from '../kit/guard/actingEmployee.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { ServicePromise } from './entities/ServicePromise.js';
import type { makePromiseInput } from './promiseInput.js';
import { reportPromise } from './reports.js';
import { requireCaseOf } from './requireCaseOf.js';

/**
 * Writes down what we promise to a customer.
 * @throws BAD_USER_INPUT for an unknown customer or case, or an employee who is unknown or left; FORBIDDEN for another employee than the caller
 */
export async function makePromise(
  context: RequestContext,
  input: z.output<typeof makePromiseInput>,
  once: Idempotency,
): Promise<ServicePromise> {
  const { customerId, caseId = null, employeeId: given, ...columns } = input;
  await context.references.require('Customer', { 'input.customerId': customerId }, context.requestId);
  return context.write(async (manager, outbox) => {
    const employeeId = await actingEmployee(context, manager, given, 'input.employeeId');
    const of = await requireCaseOf(manager, caseId, customerId);
    const now = new Date();
    const said = { ...columns, id: uuid(), customerId, caseId, employeeId };
    const promise = Object.assign(new ServicePromise(), said, {
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
