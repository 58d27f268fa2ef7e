/** Lets a loop sleep until there is something to do. A call while nobody sleeps is not lost: the next sleep ends at once. */
export class Wake {
  #called = false;
  #end: (() => void) | undefined;

  /** Ends the sleep. */
  call(): void {
    this.#called = true;
    this.#end?.();
  }

  /** Sleeps until called, at most so long. */
  async sleep(milliseconds: number): Promise<void> {
    if (!this.#called) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.#end = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#end = undefined;
    }
    this.#called = false;
  }
}
