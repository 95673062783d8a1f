import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { Access, ClientSettings } from '../../src/collect/aws/access.ts';

/** A home of its own for each test: no setting for AWS or proxies of whoever runs it, and no file under ~/.aws. */
export function isolateAws() {
  const before = { ...process.env };
  let home = '';
  const reset = (values: NodeJS.ProcessEnv): void => {
    for (const name of Object.keys(process.env)) if (!(name in values)) delete process.env[name];
    Object.assign(process.env, values);
  };
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'keyward-aws-'));
    const clean = Object.entries(before).filter(
      ([name]) => !/^(?:AWS_|NODE_EXTRA_CA|(?:https?|all|no)_proxy$)/i.test(name),
    );
    reset({ ...Object.fromEntries(clean), HOME: home, USERPROFILE: home, AWS_EC2_METADATA_DISABLED: 'true' });
  });
  afterEach(() => {
    reset(before);
    rmSync(home, { recursive: true, force: true });
  });
  return {
    set: (values: Readonly<Record<string, string>>): void => void Object.assign(process.env, values),
    /** Writes a file under the home and returns its path. */
    write(path: string, content: string): string {
      const full = join(home, path);
      mkdirSync(dirname(full), { recursive: true });
      writeFileSync(full, content, { mode: 0o600 });
      return full;
    },
  };
}

/** A user's access key, as the environment has it. */
export const STATIC_KEY = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'example' };

type Wiring = Pick<ClientSettings, 'requestHandler' | 'maxAttempts'> & { readonly endpoint: string };

/** An account that an auditor is signed in to, whose clients are wired up so. */
export const accountWith = (wiring: Wiring): Access => ({
  account: '123456789012',
  principal: 'arn:aws:iam::123456789012:user/auditor',
  partition: 'aws',
  globalRegion: 'us-east-1',
  client: region => ({
    region,
    credentials: () => Promise.resolve({ accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'example' }),
    customUserAgent: 'keyward/test',
    retryMode: 'adaptive',
    authSchemePreference: ['sigv4'],
    ...wiring,
  }),
});
