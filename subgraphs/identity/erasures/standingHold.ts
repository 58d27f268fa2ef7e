/** That a legal hold stands: a condition over the alias `t`. */
export const STANDS = `t.released_at IS NULL AND (t.until IS NULL OR t.until > now())`;
