import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * Compiles the project and composes the schema anew, in processes of their own: this one has the old code loaded.
 *
 * @throws Error with what the compiler or the composition says
 */
export async function refreshSchema(print: (line: string) => void): Promise<void> {
  const run = promisify(execFile);
  try {
    await run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json']);
    const { stdout } = await run(process.execPath, ['dist/schema/main.js']);
    print(stdout.trim());
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`the schema could not be composed anew:\n${stdout}${stderr}`, { cause: error });
  }
}
