import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseEnv } from 'node:util';
import { ENCRYPTION_KEY_BYTES, HOME_DIR_MODE } from './constants.ts';
import { StopReason } from './stop-reason.ts';
import { findAuthSecretFault, findEncryptionKeyFault } from './weak-key.ts';

const SECRETS = {
  BETTER_AUTH_SECRET: { make: () => randomBytes(32).toString('base64url'), findFault: findAuthSecretFault },
  SECRETS_ENCRYPTION_KEY: {
    make: () => randomBytes(ENCRYPTION_KEY_BYTES).toString('hex'),
    findFault: findEncryptionKeyFault,
  },
} as const;

type SecretName = keyof typeof SECRETS;
export type Secrets = Record<SecretName, string>;
const NAMES = Object.keys(SECRETS) as SecretName[];

/**
 * The secrets that the apps need: a set variable wins, then the file, then a new one that is kept in the file (0600).
 * @throws StopReason when a key is all zeros, repeated, or an example
 */
export function ensureSecrets(
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): { secrets: Secrets; generated: SecretName[] } {
  const kept = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
  const generated: SecretName[] = [];
  const entries = NAMES.map((name): [SecretName, string] => {
    const given = env[name];
    if (given) return [name, assertStrong(name, given, 'the environment')];
    const stored = kept[name];
    if (stored) return [name, assertStrong(name, stored, file)];
    generated.push(name);
    return [name, SECRETS[name].make()];
  });
  const secrets = Object.fromEntries(entries) as Secrets;
  if (generated.length > 0) {
    write(file, { ...kept, ...Object.fromEntries(generated.map((name) => [name, secrets[name]])) });
  } else if (existsSync(file)) {
    chmodSync(file, 0o600);
  }
  return { secrets, generated };
}

function assertStrong(name: SecretName, value: string, source: string): string {
  const fault = SECRETS[name].findFault(value);
  if (fault === undefined) return value;
  throw new StopReason(
    `${name} from ${source} ${fault}, so anybody could guess it. Remove it to get a random one, or set your own (openssl rand -hex 32).`,
  );
}

/** By rename, so that a kill in between leaves the old file whole: losing the key means losing every stored secret. */
function write(file: string, values: NodeJS.Dict<string>): void {
  mkdirSync(dirname(file), { recursive: true, mode: HOME_DIR_MODE });
  const scratch = `${file}.${process.pid}`;
  rmSync(scratch, { force: true });
  const lines = Object.entries(values).map(([name, value]) => `${name}=${value ?? ''}\n`);
  writeFileSync(
    scratch,
    `# Made on the first start. Keep it: stored secrets cannot be read without it.\n${lines.join('')}`,
    {
      mode: 0o600,
      flag: 'wx',
    },
  );
  renameSync(scratch, file);
}
