import { defineConfig } from 'vite';

/**
 * How the console is built: hashed files under dist/console/assets, which the gateway serves for ever, and one index.html, into which
 * it writes a fresh nonce at each visit (`gateway/http/consoleRoutes.ts`).
 */
export default defineConfig({
  root: import.meta.dirname,
  logLevel: 'warn',
  html: { cspNonce: '__NONCE__' },
  build: {
    outDir: '../dist/console',
    emptyOutDir: true,
    target: 'es2022',
    // The first with light-dark(), all of the first half of 2024.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // Read by the check of the size of the first view.
    manifest: true,
    // Images would become data: addresses; the policy of the page allows them, but a file is cached better.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      // Libraries mark their modules for servers that render React, and here is none.
      checks: { moduleLevelDirective: false },
      onLog(level, log, handle) {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log);
      },
    },
  },
  // `npm run console`: the page from source with reload, over a gateway that runs.
  server: {
    proxy: { '/graphql': { target: 'http://127.0.0.1:4000', ws: true }, '/development': 'http://127.0.0.1:4000' },
  },
});
