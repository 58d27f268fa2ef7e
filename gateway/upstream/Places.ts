/** Why somebody got no place: the queue is full, or it waited and was told to go. */
export type NoPlace = 'full' | 'late' | 'abandoned' | 'closed';

interface Waiting {
  /** Told null when there is a place, else why there is none. */
  readonly answer: (refusal: NoPlace | null) => void;
}

/**
 * So many at once, and a bounded queue before them, in order of arrival. Who waits leaves the queue when its time is up or its caller
 * goes away.
 */
export class Places {
  #taken = 0;
  readonly #waiting = new Set<Waiting>();

  /**
   * @param places how many are in at the same time
   * @param queue how many may wait
   */
  constructor(
    private readonly places: number,
    private readonly queue: number,
  ) {}

  /** Whether the next one has to wait. */
  get full(): boolean {
    return this.#taken >= this.places;
  }

  /** Takes a place that is free. Who took one calls `leave` once. */
  take(): void {
    this.#taken += 1;
  }

  /**
   * Waits for a place and takes it.
   *
   * @param ms how long to wait at most
   * @returns null once the place is taken, else why there is none
   */
  wait(ms: number, signal: AbortSignal | undefined): Promise<NoPlace | null> {
    if (this.#waiting.size >= this.queue) return Promise.resolve('full');
    return new Promise((resolve) => {
      const answer = (refusal: NoPlace | null): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abandon);
        this.#waiting.delete(waiting);
        resolve(refusal);
      };
      const waiting: Waiting = { answer };
      const abandon = (): void => answer('abandoned');
      const timer = setTimeout(() => answer('late'), ms);
      signal?.addEventListener('abort', abandon);
      this.#waiting.add(waiting);
    });
  }

  /** Gives the place to the next who waits. */
  leave(): void {
    const [next] = this.#waiting;
    // The place passes from hand to hand, so that nobody who comes now can slip in.
    if (next) next.answer(null);
    else this.#taken -= 1;
  }

  /** Sends everybody away who waits. */
  clear(): void {
    for (const { answer } of this.#waiting) answer('closed');
  }
}
