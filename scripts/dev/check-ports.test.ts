import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { freePort } from '@bmm/testing';
import { afterEach, expect, test } from 'vitest';
import { assertPortsFree, readPorts } from './check-ports.ts';
import { findPortHolder, parseListeners, parseLsof } from './port-holder.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listen(host: string): Promise<number> {
  const server = createServer();
  servers.push(server);
  server.listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

test.each(['127.0.0.1', '::'])(
  'a port that is taken at %s is told with its holder and the variable to change',
  async (host) => {
    const port = await listen(host);
    const program = findPortHolder(port)?.program;
    expect(program).toBeTruthy();
    const ports = { web: await freePort(), api: port, gateway: await freePort() };
    await expect(assertPortsFree(ports, 'pnpm dev')).rejects.toThrow(
      new RegExp(
        `^Port ${port} \\(api\\) is taken by ${program} \\(pid ${process.pid}\\)\\. .* API_PORT=\\d+ pnpm dev$`,
      ),
    );
  },
);

test('free ports pass', async () => {
  const [web, api, gateway] = [await freePort(), await freePort(), await freePort()];
  await expect(assertPortsFree({ web, api, gateway }, 'pnpm dev')).resolves.toBeUndefined();
});

test('ports come from the environment; what is no port, or twice the same, is refused', () => {
  expect(readPorts({ API_PORT: '4001', WEB_PORT: '' })).toEqual({ web: 3000, api: 4001, gateway: 4100 });
  expect(() => readPorts({ WEB_PORT: 'http' })).toThrow('WEB_PORT must be a port from 1 to 65535, not "http".');
  expect(() => readPorts({ WEB_PORT: '70000' })).toThrow('WEB_PORT must be a port');
  expect(() => readPorts({ WEB_PORT: '4000' })).toThrow('must differ');
});

test('a connection to the port is not taken for its listener', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:0FA0 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0 0 4711 1 0 100 0 0 10 0',
    '   1: 0100007F:0FA0 0100007F:D888 01 00000000:00000000 00:00000000 00000000  0 0 4712 1 0 100 0 0 10 0',
    '   2: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0 0 4713 1 0 100 0 0 10 0',
  ].join('\n');
  expect(parseListeners(table, 4000)).toEqual(['4711']);
});

test('the holder is read from lsof where there is no /proc', () => {
  expect(parseLsof('p812\ncnode\nf21\n')).toEqual({ pid: 812, program: 'node' });
  expect(parseLsof('')).toBeUndefined();
});
