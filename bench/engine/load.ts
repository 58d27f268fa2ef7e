import { Pool } from 'undici';

export interface LoadResult {
  /** Milliseconds of each request, from sending it to the last byte of its answer. */
  readonly times: readonly number[];
  readonly seconds: number;
}

async function postOnce(pool: Pool, path: string, body: string, caller: number): Promise<Buffer> {
  const response = await pool.request({
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json', authorization: `Bearer caller-${caller}` },
    body,
  });
  const answer = Buffer.from(await response.body.arrayBuffer());
  if (response.statusCode !== 200) throw new Error(`${response.statusCode}: ${answer.toString().slice(0, 500)}`);
  return answer;
}

/** Asks one address the same thing, over connections that stay open. */
export class Load {
  readonly #pool: Pool;
  readonly #path: string;
  #callers = 0;

  /**
   * @param oneCaller all requests carry the same Authorization; else each its own, so that no gateway can answer one with
   *   the work of another
   */
  constructor(
    url: string,
    readonly body: string,
    readonly connections: number,
    readonly oneCaller: boolean,
  ) {
    const { origin, pathname } = new URL(url);
    this.#pool = new Pool(origin, { connections, pipelining: 1 });
    this.#path = pathname;
  }

  /** The answer to one request, as text. */
  async ask(): Promise<string> {
    return (await this.#post()).toString();
  }

  /**
   * Asks `requests` times, one at a time on each connection.
   *
   * @param bytes what an answer must be long, so that none is quietly another
   * @throws Error at the first answer that is not 200 or not of that length
   */
  async run(requests: number, bytes: number): Promise<LoadResult> {
    const times: number[] = [];
    let left = requests;
    const connection = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        const started = performance.now();
        const { length } = await this.#post();
        if (length !== bytes) throw new Error(`an answer of ${length} bytes where the first had ${bytes}`);
        times.push(performance.now() - started);
      }
    };
    const started = performance.now();
    await Promise.all(Array.from({ length: this.connections }, connection));
    return { times, seconds: (performance.now() - started) / 1000 };
  }

  #post(): Promise<Buffer> {
    if (!this.oneCaller) this.#callers += 1;
    return postOnce(this.#pool, this.#path, this.body, this.#callers);
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}
