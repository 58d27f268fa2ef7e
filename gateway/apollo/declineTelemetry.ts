/**
 * Turns off what `@apollo/gateway` would do on its own: report this machine (uptime, CPU, memory, Linux distribution) to
 * Apollo over the internet. Its constructor reads the environment and offers no option, so this must run before it.
 * Whoever wants to report sets `APOLLO_TELEMETRY_DISABLED` to something else.
 */
export function declineTelemetry(): void {
  process.env['APOLLO_TELEMETRY_DISABLED'] ??= 'true';
}
