import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { promisify } from 'node:util';

/** A server that speaks the protocols of AWS for real. */
export interface Moto {
  readonly url: string;
  stop(): Promise<void>;
}

const PYTHON = process.env.KEYWARD_PYTHON ?? 'python3';

/** Why it cannot be started here; empty when it can. */
export async function whyNoMoto(): Promise<string> {
  const run = promisify(execFile);
  try {
    await run(PYTHON, ['-c', 'import moto.server']);
    return '';
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return isMissing ? `there is no ${PYTHON}` : `${PYTHON} has no moto[server] (test/engines/requirements.txt)`;
  }
}

/** Starts it on a free port of this machine. */
export async function startMoto(): Promise<Moto> {
  const port = await freePort();
  const child = spawn(PYTHON, ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  await untilUp(url, child);
  return {
    url,
    async stop() {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function untilUp(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 240; tries++) {
    if (child.exitCode !== null) throw new Error(`moto ended with status ${child.exitCode}`);
    const isUp = await fetch(`${url}/moto-api/`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return;
    await new Promise(resolve => setTimeout(resolve, 250));
  }
  child.kill();
  throw new Error('moto did not start within a minute');
}
