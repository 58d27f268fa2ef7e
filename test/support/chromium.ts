import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe } from '@jest/globals';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** It asks for nothing from the internet, and runs as root too. */
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A Chromium that is installed: Debian's package of that name, as CI does. */
const executablePath = (process.env.PATH ?? '')
  .split(delimiter)
  .flatMap((folder) => NAMES.map((name) => join(folder, name)))
  .find((path) => existsSync(path));

/** `describe` for what needs a browser; where none is installed the tests say that they are skipped. CI installs it. */
export const describeWithChromium = executablePath ? describe : describe.skip;

/**
 * Starts the browser, without a window; undefined where there is none. It has the machine's clock even where the tests have another: with
 * libfaketime in its processes it opens no page.
 */
export async function launchChromium(): Promise<Browser | undefined> {
  const { LD_PRELOAD: _, ...env } = process.env;
  return executablePath ? chromium.launch({ executablePath, args: ARGS, env }) : undefined;
}
