import type { IncomingMessage } from 'node:http';
import { describe, expect, it, test } from 'vitest';
import { clientAddressOf, isFromInside, parseAddressList } from './network-address.ts';

const from = (remoteAddress: string, headers: IncomingMessage['headers'] = {}) =>
  ({ socket: { remoteAddress }, headers }) as Pick<IncomingMessage, 'socket' | 'headers'>;
const clientOf = (peer: string, forwardedFor: string, trusted = ['loopback', '10.1.0.0/16', '2001:db8::7']) =>
  clientAddressOf(from(peer, { 'x-forwarded-for': forwardedFor }), parseAddressList(trusted));

describe('the address of a client', () => {
  it.each([
    ['a trusted proxy', '127.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['a trusted proxy that the socket shows as IPv6', '::ffff:127.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['two trusted proxies', '::1', '203.0.113.9, 10.1.2.3', '203.0.113.9'],
    ['a client that forged an entry', '::1', '6.6.6.6, 203.0.113.9', '203.0.113.9'],
    ['a client that forged trusted entries', '::1', '6.6.6.6, 10.1.2.3, 203.0.113.9, 10.1.2.4', '203.0.113.9'],
    ['a peer that is no proxy of ours', '198.51.100.4', '6.6.6.6', '198.51.100.4'],
    ['a proxy that says what is no address', '127.0.0.1', '6.6.6.6, unknown', '127.0.0.1'],
    ['proxies alone', '127.0.0.1', '10.1.2.3', '10.1.2.3'],
    ['an IPv6 proxy', '2001:db8::7', '2001:db8::9', '2001:db8::9'],
    ['no header', '127.0.0.1', '', '127.0.0.1'],
  ])('behind %s', (_what, peer, forwardedFor, address) => {
    expect(clientOf(peer, forwardedFor)).toBe(address);
  });
});

test('a list of addresses names an entry that is none', () => {
  for (const entry of ['', 'localhost', '10.0.0.0/33', '10.0.0.0/8/8', '10.0.0.0/255.0.0.0', '::/129'])
    expect(() => parseAddressList([entry])).toThrow(`"${entry}"`);
});

test('inside is this machine and its private network, and nobody who comes through a proxy', () => {
  for (const peer of ['127.0.0.1', '::1', '::ffff:10.2.3.4', '192.168.1.1', 'fd00::1'])
    expect([peer, isFromInside(from(peer))]).toEqual([peer, true]);
  for (const peer of ['203.0.113.9', '2001:db8::1', '172.32.0.1', '']) expect(isFromInside(from(peer))).toBe(false);
  expect(isFromInside(from('127.0.0.1', { 'x-forwarded-for': '127.0.0.1' }))).toBe(false);
  expect(isFromInside(from('127.0.0.1', { forwarded: 'for=127.0.0.1' }))).toBe(false);
});
