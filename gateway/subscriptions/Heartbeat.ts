/** A connection that is looked after. */
export interface Pulse {
  /** Finds out whether the other end is still there; ends the connection when the last time brought no answer. */
  beat(): void;
}

/** Into so many parts an interval is divided, so that thousands of connections are not all looked at in one moment. */
const PARTS = 16;

/** Looks after many connections with one timer: each gets its beat once an interval. */
export class Heartbeat {
  readonly #parts = Array.from({ length: PARTS }, () => new Set<Pulse>());
  readonly #timer: NodeJS.Timeout;
  #turn = 0;
  #next = 0;

  constructor(intervalMs: number) {
    this.#timer = setInterval(() => {
      this.#turn = (this.#turn + 1) % PARTS;
      for (const pulse of this.#parts[this.#turn] ?? []) pulse.beat();
    }, intervalMs / PARTS).unref();
  }

  /** @returns takes it away again */
  add(pulse: Pulse): () => void {
    this.#next = (this.#next + 1) % PARTS;
    const part = this.#parts[this.#next];
    part?.add(pulse);
    return () => part?.delete(pulse);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
