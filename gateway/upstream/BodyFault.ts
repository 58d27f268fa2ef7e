/** The body of an answer cannot be used. `reason` as in `SubgraphFailure`; `detail` is for the log. */
export class BodyFault extends Error {
  override readonly name = 'BodyFault';

  constructor(
    readonly reason: 'garbage' | 'too-large',
    readonly detail?: string,
    options?: ErrorOptions,
  ) {
    super(`the body is ${reason}${detail === undefined ? '' : ` (${detail})`}`, options);
  }
}
