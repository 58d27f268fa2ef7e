/** What the watchdog tells of a process. */
export interface LoopReadings {
  /** The most CPU time that one turn of the event loop took since the last reading, in milliseconds. */
  readonly worstTurn: number;
  /** What is held after a garbage collection, in bytes: the heap, and buffers outside of it. */
  readonly held: number;
  /** What the operating system gave the process, in bytes. */
  readonly rss: number;
}
