import { createServer } from 'node:net';
import { PORT_ATTEMPTS_MAX } from './constants.ts';

/** The first port from `firstPort` up that nobody listens on at 127.0.0.1. */
export async function findFreePort(firstPort: number): Promise<number> {
  for (let port = firstPort; port < firstPort + PORT_ATTEMPTS_MAX && port <= 65_535; port += 1) {
    if (await isPortFree(port)) return port;
  }
  throw new Error(`No free port for PostgreSQL from ${firstPort} to ${firstPort + PORT_ATTEMPTS_MAX - 1}.`);
}

function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
