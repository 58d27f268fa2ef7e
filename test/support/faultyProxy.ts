import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A process between the gateway and a subgraph: see startFaultyProxy.mjs. */
export interface FaultyProxy {
  readonly url: string;
  /** Misbehaves by this name from now on; `none` passes everything on. */
  misbehave(fault: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const child = fork(join(process.cwd(), 'test/support/startFaultyProxy.mjs'), [target], { execArgv: [] });
  const said = async (): Promise<string> => {
    const [message]: unknown[] = await once(child, 'message');
    return String(message);
  };
  const url = await said();
  return {
    url,
    async misbehave(fault) {
      const set = said();
      child.send(fault);
      await set;
    },
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
