import sql from 'sql-template-tag';
import type { ListOrder } from '../kit/sql/readPages.js';

/** Over the alias `t`; word for word the condition of the index `survey_response_open_loop_by_responded`. */
export const OPEN_LOOP = sql`t.kind = 'NPS' AND t.score < 7 AND t.loop_closed_at IS NULL`;

/** Who has waited longest comes first. */
export const OPEN_LOOP_ORDER: ListOrder = { by: 't.responded_at', type: 'timestamptz', direction: 'ASC' };
