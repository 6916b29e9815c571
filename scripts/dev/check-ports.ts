import { createServer } from 'node:net';
import { DEFAULT_PORTS } from './constants.ts';
import { findPortHolder } from './port-holder.ts';
import { StopReason } from './stop-reason.ts';

export type Ports = Record<keyof typeof DEFAULT_PORTS, number>;
type Env = Readonly<Record<string, string | undefined>>;
const VARIABLES = { web: 'WEB_PORT', api: 'API_PORT', gateway: 'GATEWAY_PORT' } as const;
const NAMES = ['web', 'api', 'gateway'] as const;

/** @throws StopReason when a port is no port, or two apps share one */
export function readPorts(env: Env): Ports {
  const ports: Ports = { ...DEFAULT_PORTS };
  for (const name of NAMES) {
    const text = env[VARIABLES[name]] || String(DEFAULT_PORTS[name]);
    const port = Number(text);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
      throw new StopReason(`${VARIABLES[name]} must be a port from 1 to 65535, not "${text}".`);
    }
    ports[name] = port;
  }
  if (new Set(Object.values(ports)).size < NAMES.length) {
    throw new StopReason(`WEB_PORT, API_PORT and GATEWAY_PORT must differ (${Object.values(ports).join(', ')}).`);
  }
  return ports;
}

/** @throws StopReason that names who holds a taken port and the variable to change */
export async function assertPortsFree(ports: Ports, command: string): Promise<void> {
  for (const name of NAMES) {
    const port = ports[name];
    if (!(await isPortTaken(port))) continue;
    const holder = findPortHolder(port);
    const by = holder ? ` by ${holder.program} (pid ${holder.pid})` : '';
    const next = await findFreePortAbove(port, Object.values(ports));
    throw new StopReason(
      `Port ${port} (${name}) is taken${by}. Stop it, or pick another: ${VARIABLES[name]}=${next} ${command}`,
    );
  }
}

async function findFreePortAbove(port: number, others: readonly number[]): Promise<number> {
  for (let candidate = port + 1; candidate < Math.min(port + 50, 65_535); candidate += 1) {
    if (!others.includes(candidate) && !(await isPortTaken(candidate))) return candidate;
  }
  return port + 1;
}

/** Asks for each address that an app may listen on: on macOS a listener on one of them leaves the others free. */
async function isPortTaken(port: number): Promise<boolean> {
  for (const host of ['127.0.0.1', '::1', '::']) {
    if (await isTakenAt(host, port)) return true;
  }
  return false;
}

function isTakenAt(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    // Without IPv6 the address itself is missing, which says nothing about the port.
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(['EADDRINUSE', 'EACCES'].includes(error.code ?? '')));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(false)));
  });
}
