import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { compress, demoFiles } from './demo.mjs';
import { writeLoad } from './million.mjs';

const USAGE = `usage: node test/make/cli.mjs demo --out DIR
       node test/make/cli.mjs million --out DIR [--events N] [--files N] [--credentials N] [--days N] [--seed TEXT]`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string' },
    events: { type: 'string', default: '1000000' },
    files: { type: 'string', default: '400' },
    credentials: { type: 'string', default: '5000' },
    days: { type: 'string', default: '28' },
    seed: { type: 'string', default: 'keyward load' },
  },
});

const [what] = positionals;
if (values.out === undefined || (what !== 'demo' && what !== 'million')) {
  console.error(USAGE);
  process.exitCode = 2;
} else if (what === 'demo') await writeDemo(values.out);
else console.log(JSON.stringify(await writeLoad({ out: values.out, seed: values.seed, ...counts() })));

/** The counts given on the command line, which must be whole and positive. */
function counts() {
  const [events, files, credentials, days] = [values.events, values.files, values.credentials, values.days].map(Number);
  for (const count of [events, files, credentials, days]) {
    if (!Number.isSafeInteger(count) || Number(count) < 1) throw new Error(USAGE);
  }
  return /** @type {{ events: number, files: number, credentials: number, days: number }} */ ({
    events,
    files,
    credentials,
    days,
  });
}

/** Replaces the demo's logs below a folder. @param {string} out */
async function writeDemo(out) {
  await rm(join(out, 'AWSLogs'), { recursive: true, force: true });
  let bytes = 0;
  const files = demoFiles();
  for (const [path, text] of files) {
    const packed = compress(text);
    bytes += packed.length;
    await mkdir(dirname(join(out, path)), { recursive: true });
    await writeFile(join(out, path), packed);
  }
  console.log(`${files.size} files, ${bytes} bytes`);
}
