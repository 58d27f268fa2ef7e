/** Stops what globalSetup.mjs started, and removes what the run left. */
export default async function globalTeardown() {
  await globalThis.customer360TearDown?.();
}
