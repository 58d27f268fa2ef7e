import { v7 as uuid } from 'uuid';
import type { Release } from '../kit/flow/employeeChanges.js';
import { Handover } from './entities/Handover.js';
import { handOver } from './handOver.js';

/** What they have to look after goes to nobody, by a hand-over that says what it was: so another can take it over later. */
export const releaseSales: Release = async (manager, employeeIds) => {
  for (const fromId of employeeIds) {
    const handover = { id: uuid(), fromId: fromId.toLowerCase(), toId: null, at: new Date(), note: null };
    await handOver(manager, Object.assign(new Handover(), handover));
  }
};
