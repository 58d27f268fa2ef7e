import { HELP, readOptions, UsageError } from './options.js';

/** `npm run seed`. The subgraphs take seconds to load: the command line is read before, and a live seed needs none of them. */
async function main(): Promise<void> {
  const given = readOptions(process.argv.slice(2));
  if (given.help) {
    console.log(HELP);
  } else if (given.live !== undefined) {
    const { live: rate, for: seconds, url = 'http://127.0.0.1:4000/graphql' } = given;
    const { live } = await import('./live/live.js');
    const { liveToken } = await import('./live/liveToken.js');
    await live({ rate, seconds, url, token: liveToken(process.env) });
  } else {
    const { seedDatabases } = await import('./seedDatabases.js');
    await seedDatabases(given, process.env);
  }
}

// Whoever started us is gone, and with it perhaps the database: what is committed stays, the rest is written next time.
process.on('disconnect', () => process.exit(1));
try {
  await main();
  process.exit();
} catch (error) {
  console.error(`seed: ${(error as Error).message}`);
  process.exit(error instanceof UsageError ? 2 : 1);
}
