// Inflates every .gz under a folder and throws the bytes away: the least that reading it can cost.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const folder = process.argv[2];
let bytes = 0;
for (const name of readdirSync(folder, { recursive: true })) {
  if (String(name).endsWith('.gz')) {
    const packed = readFileSync(join(folder, String(name)));
    bytes += gunzipSync(packed, { chunkSize: packed.readUInt32LE(packed.length - 4) + 1 }).length;
  }
}
console.log(bytes);
