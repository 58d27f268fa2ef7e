/**
 * Asks a server for its health, for container engines:
 *
 *     node scripts/checkHealth.mjs http://127.0.0.1:4003/health
 *
 * Exit code 0 when it answers with a 2xx within three seconds, else 1 and a line that says what it answered.
 */
const TIMEOUT_MS = 3000;

const [url] = process.argv.slice(2);
try {
  const response = await fetch(url ?? '', { signal: AbortSignal.timeout(TIMEOUT_MS) });
  const body = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${body}`);
} catch (error) {
  console.error(`customer360: ${url} is not healthy: ${error.cause?.code ?? error.message}`);
  process.exitCode = 1;
}
