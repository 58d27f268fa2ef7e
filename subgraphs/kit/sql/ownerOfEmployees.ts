/** The subgraph whose employees are: it alone has no copy of them. */
export const OWNER_OF_EMPLOYEES = 'identity';
