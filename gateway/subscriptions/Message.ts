/** One answer on its way to many receivers: made into text once and into bytes once. */
export class Message {
  #bytes: Buffer | undefined;

  /** @param text a GraphQL response, complete JSON */
  constructor(readonly text: string) {}

  /** The text as UTF-8. Shared by all receivers, so nobody may write into it. */
  get bytes(): Buffer {
    this.#bytes ??= Buffer.from(this.text);
    return this.#bytes;
  }
}
