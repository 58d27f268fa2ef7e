import { employeeChanges } from '../flow/employeeChanges.js';
import type { EventConsumer } from '../flow/EventConsumer.js';
import { type CustomerChangeHooks, customerChanges } from '../ownership/customerChanges.js';
import { OWNER_OF_EMPLOYEES } from '../sql/ownerOfEmployees.js';
import type { SubgraphDefinition } from './defineSubgraph.js';

/**
 * All consumers of a subgraph: those that the kit gives each, and its own.
 * @param hooks what is to be done when customers change
 */
export function consumersOf(definition: SubgraphDefinition, hooks?: CustomerChangeHooks): readonly EventConsumer[] {
  return [
    customerChanges(definition.name, hooks),
    ...(definition.name === OWNER_OF_EMPLOYEES ? [] : [employeeChanges(definition.release)]),
    ...(definition.consumers ?? []),
  ];
}
