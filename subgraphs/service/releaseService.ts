import type { Release } from '../kit/flow/employeeChanges.js';

/** Cases that are not over and promises that are owed become nobody's. Who promised, the timeline goes on telling. */
export const releaseService: Release = async (manager, employeeIds) => {
  await manager.query(
    `UPDATE service_case SET assignee_id = NULL, updated_at = now(), version = version + 1
     WHERE assignee_id = ANY($1::uuid[]) AND status IN ('OPEN', 'AWAITING_CUSTOMER')`,
    [employeeIds],
  );
  await manager.query(
    `UPDATE promise SET employee_id = NULL, updated_at = now(), version = version + 1
     WHERE employee_id = ANY($1::uuid[]) AND kept_at IS NULL AND (valid_until IS NULL OR valid_until >= now())`,
    [employeeIds],
  );
};
