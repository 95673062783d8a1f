import { isatty } from 'node:tty';
import { manifest, tell } from './cli/failures.ts';
import type { Io } from './cli/io.ts';
import { main } from './cli/program.ts';

const { argv, env, stdout, stderr } = process;

const io: Io = {
  stdout,
  stderr,
  isTyped: isatty(0),
  stdin: () => process.stdin,
  env,
  cwd: process.cwd(),
  version: manifest.version,
  setVariable(name, value) {
    env[name] = value;
  },
  now: () => Date.now(),
  onInterrupt(listener) {
    // Once: a second interrupt finds no listener and ends the process as it always would.
    process.once('SIGINT', listener);
    return () => process.off('SIGINT', listener);
  },
};

// A reader that hangs up (`keyward audit | head`) must not end the process; whoever writes looks at the stream.
stdout.on('error', () => {});
stderr.on('error', () => {});

process.on('uncaughtException', error => process.exit(tell(error, io)));

process.exitCode = await main(argv.slice(2), io);
