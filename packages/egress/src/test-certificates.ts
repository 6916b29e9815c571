import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TestCertificate {
  readonly key: string;
  readonly cert: string;
}

export interface TestAuthority {
  /** PEM, to be trusted. */
  readonly ca: string;
  /** A certificate for these names; `days` below 1 gives one that has expired. */
  issue(names: readonly string[], days?: number): TestCertificate;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** A throwaway certificate authority, made with the openssl command. */
export function createTestAuthority(): TestAuthority {
  const dir = mkdtempSync(join(tmpdir(), 'bmm-egress-ca-'));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
  const read = (name: string) => readFileSync(join(dir, name), 'utf8');
  try {
    openssl('req', '-x509', ...NEW_KEY, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '30', '-subj', '/CN=Test CA');
    const ca = read('ca.pem');
    const caKey = read('ca.key');
    return { ca, issue: (names, days = 30) => issue({ ca, caKey }, names, days) };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function issue(authority: { ca: string; caKey: string }, names: readonly string[], days: number): TestCertificate {
  const dir = mkdtempSync(join(tmpdir(), 'bmm-egress-cert-'));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    writeFileSync(join(dir, 'ca.pem'), authority.ca);
    writeFileSync(join(dir, 'ca.key'), authority.caKey);
    writeFileSync(join(dir, 'ext'), `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}\n`);
    openssl('req', ...NEW_KEY, '-keyout', 'key.pem', '-out', 'csr.pem', '-subj', `/CN=${names[0] ?? 'test'}`);
    const signing = ['x509', '-req', '-in', 'csr.pem', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'];
    openssl(...signing, '-extfile', 'ext', '-days', String(days), '-out', 'cert.pem');
    const read = (name: string) => readFileSync(join(dir, name), 'utf8');
    return { key: read('key.pem'), cert: read('cert.pem') };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
