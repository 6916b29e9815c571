import { type IncomingMessage, Server } from 'node:http';

/**
 * Runs before any HTTP server of this process handles a request or an upgrade; Next.js has no hook that early, and its
 * proxy cannot see the socket. @returns a function that takes it back
 */
export function beforeEachRequest(act: (request: IncomingMessage) => void): () => void {
  const emit = Server.prototype.emit;
  Server.prototype.emit = function emitAfter(this: Server, event: string | symbol, ...args: unknown[]): boolean {
    if (event === 'request' || event === 'upgrade') act(args[0] as IncomingMessage);
    return Reflect.apply(emit, this, [event, ...args]);
  };
  return () => {
    Server.prototype.emit = emit;
  };
}
