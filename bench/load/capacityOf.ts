import { Load } from '../engine/load.js';

/** As many requests at once as no gateway refuses. */
export const CONNECTIONS = 8;
const WARM_UP_REQUESTS = 500;

/** Requests a second that the gateway answers when it is never asked for more than it can do at once. */
export async function capacityOf(
  url: string,
  body: string,
  seconds: number,
): Promise<{ bytes: number; capacity: number }> {
  const closed = new Load(url, body, CONNECTIONS, false);
  try {
    const bytes = Buffer.byteLength(await closed.ask());
    const warm = await closed.run(WARM_UP_REQUESTS, bytes);
    const requests = Math.ceil((WARM_UP_REQUESTS / warm.seconds) * seconds);
    return { bytes, capacity: requests / (await closed.run(requests, bytes)).seconds };
  } finally {
    await closed.close();
  }
}
