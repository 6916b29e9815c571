import { connect } from 'node:net';
import type { Dial } from './open-connection.ts';

/** Connects to the address itself: an IP address is never looked up. The guard ends attempts that take too long. */
export const dialTcp: Dial = ({ address, port }) => connect({ host: address, port });
