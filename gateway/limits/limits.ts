/** What one request may cost. Sizes are in bytes, times in milliseconds. */
export interface Limits {
  /** The longest request body that is read; a longer one is answered with 413. */
  readonly requestBytes: number;
  /** How long one subgraph may take for one fetch, from connecting to the last byte of its answer. */
  readonly subgraphTimeoutMs: number;
  /** The longest answer of a subgraph that is read; a longer one counts as no answer. */
  readonly subgraphResponseBytes: number;
  /** How long `/health/ready` waits for a subgraph before it calls it down. */
  readonly probeTimeoutMs: number;
}

const MEBIBYTE = 1024 * 1024;

/** What applies where nothing else is configured. */
export const DEFAULT_LIMITS: Limits = Object.freeze({
  requestBytes: MEBIBYTE,
  subgraphTimeoutMs: 10_000,
  subgraphResponseBytes: 32 * MEBIBYTE,
  probeTimeoutMs: 1_000,
});
