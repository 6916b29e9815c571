import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BUNDLE_BYTES_MAX, COMPILE_TIMEOUT_MS, COMPILED_CONFIGS_MAX } from './constants.ts';
import { guestConfig, guestModules } from './guest-config.ts';
import type { ToolBundle } from './sandbox.ts';
import { SandboxStartError } from './sandbox-start-error.ts';
import { workerdPath, workerdVersion } from './workerd-binary.ts';

const execFileAsync = promisify(execFile);
const sha256Hex = (text: string) => createHash('sha256').update(text).digest('hex');

/** Binary configurations on disk, one for each bundle, guest and heap size; safe for several processes at once. */
export class CompiledConfigs {
  readonly #dir: string;
  readonly #compiling = new Map<string, Promise<string>>();

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Path of the bundle's configuration, compiled when it is not there yet. */
  async pathFor(bundle: ToolBundle, heapMib: number): Promise<string> {
    assertBundle(bundle);
    const modules = guestModules();
    const config = guestConfig(heapMib);
    const guest = sha256Hex(JSON.stringify([modules, config, workerdVersion()])).slice(0, 16);
    const path = join(this.#dir, `${bundle.sha256}-${guest}.bin`);
    const running = this.#compiling.get(path);
    if (running) return running;
    const compiling = this.#findOrCompile(path, { ...modules, 'tools.js': bundle.code, 'config.capnp': config });
    this.#compiling.set(path, compiling);
    try {
      return await compiling;
    } finally {
      this.#compiling.delete(path);
    }
  }

  async #findOrCompile(path: string, files: Record<string, string>): Promise<string> {
    const now = new Date();
    const isCached = await utimes(path, now, now).then(
      () => true,
      () => false,
    );
    if (isCached) return path;
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
    const workDir = await mkdtemp(join(this.#dir, 'compile-'));
    try {
      await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(workDir, name), text)));
      const { stdout } = await execFileAsync(workerdPath(), ['compile', '--config-only', 'config.capnp'], {
        cwd: workDir,
        env: {},
        encoding: 'buffer',
        maxBuffer: 4 * BUNDLE_BYTES_MAX,
        timeout: COMPILE_TIMEOUT_MS,
        killSignal: 'SIGKILL',
      });
      // A reader never sees half a file: it appears under its name in one step.
      const finished = join(workDir, randomUUID());
      await writeFile(finished, stdout, { mode: 0o600 });
      await rename(finished, path);
    } finally {
      await rm(workDir, { recursive: true, force: true });
    }
    await this.#prune();
    return path;
  }

  async #prune(): Promise<void> {
    const names = (await readdir(this.#dir)).filter((name) => name.endsWith('.bin'));
    if (names.length <= COMPILED_CONFIGS_MAX) return;
    const files = await Promise.all(
      names.map(async (name) => {
        const path = join(this.#dir, name);
        const info = await stat(path).catch(() => undefined);
        return { path, usedAtMs: info?.mtimeMs ?? 0 };
      }),
    );
    files.sort((a, b) => b.usedAtMs - a.usedAtMs);
    await Promise.all(files.slice(COMPILED_CONFIGS_MAX).map(({ path }) => rm(path, { force: true })));
  }
}

/** The cache is found by the bundle's hash, so a wrong hash would run one server's code under another's name. */
function assertBundle({ sha256, code }: ToolBundle): void {
  const bytes = Buffer.byteLength(code);
  if (bytes > BUNDLE_BYTES_MAX) {
    throw new SandboxStartError(`The tool code has ${bytes} bytes; the limit is ${BUNDLE_BYTES_MAX} bytes.`);
  }
  if (sha256Hex(code) !== sha256) throw new SandboxStartError('The tool code does not have the SHA-256 that names it.');
}
