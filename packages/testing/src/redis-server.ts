import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { freePort } from './free-port.ts';
import { waitFor } from './wait-for.ts';

export type TestRedis = { url: string; stop(): Promise<void> };

/** A real redis-server without persistence on a free loopback port; where none is installed the reason, and in CI an error. */
export async function startRedis(): Promise<TestRedis | { skipped: string }> {
  if (spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status !== 0) {
    const reason = 'redis-server is not installed';
    if (process.env.CI) throw new Error(`${reason}, and CI may not skip the Redis tests.`);
    return { skipped: reason };
  }
  const port = await freePort();
  const server = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', '/tmp'],
    { stdio: 'ignore' },
  );
  const exited = once(server, 'exit');
  const stop = async () => {
    server.kill('SIGKILL');
    await exited;
  };
  const url = `redis://127.0.0.1:${port}`;
  try {
    await waitFor(() => ping(url), { timeoutMs: 10_000 });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

async function ping(url: string): Promise<boolean> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.ping()) === 'PONG';
  } finally {
    client.disconnect();
  }
}
