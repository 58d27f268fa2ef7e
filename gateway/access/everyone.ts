import { type Caller, EVERY_SCOPE } from '../../schema/contract.js';

/** Who asks where there is no access control: somebody who may do everything. */
export const EVERYONE: Caller = Object.freeze({ subject: 'everyone', scopes: [EVERY_SCOPE] });
