/** Why there is no plan. */
export type PlanFailureReason = 'slow' | 'large' | 'memory' | 'bug' | 'closed';

/**
 * An operation cannot be planned. The next try would end in the same way, so whoever keeps plans remembers it for a while. The message is for
 * the log: `cause` holds what the planner itself said.
 */
export class PlanFailed extends Error {
  override readonly name = 'PlanFailed';

  constructor(
    readonly reason: PlanFailureReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
