import { PassThrough, Readable } from 'node:stream';
import { main } from '../../src/cli/program.ts';

/** What a command left behind. */
export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Setting {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
}

/** The moment that every command runs at. */
export const NOW = Date.UTC(2026, 10, 20);

/** Runs a command line in this process. */
export async function run(args: readonly string[], { cwd, env = {}, input = '' }: Setting): Promise<Ran> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const texts = [stdout, stderr].map(async stream => {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString('utf8');
  });
  const status = await main(args, {
    stdout,
    stderr,
    stdin: () => Readable.from([input]),
    env,
    cwd,
    version: '0.0.0',
    setVariable: () => undefined,
    now: () => NOW,
    onInterrupt: () => () => undefined,
  });
  stdout.end();
  stderr.end();
  const [said = '', told = ''] = await Promise.all(texts);
  return { status, stdout: said, stderr: told };
}
