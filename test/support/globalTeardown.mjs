/** Stops what globalSetup.mjs started and removes its folder. */
export default async function globalTeardown() {
  await globalThis.customer360TearDown?.();
}
