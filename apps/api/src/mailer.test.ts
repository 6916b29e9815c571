import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createLogger } from '@bmm/process';
import { waitFor } from '@bmm/testing';
import { Secret } from '@bmm/types';
import { expect, test } from 'vitest';
import { createMailer } from './mailer.ts';

const link = { email: 'ada@example.com', url: 'https://app.example.com/sign-in/verify?token=abc' };

/** As much of SMTP as a client needs to hand over one message. */
async function startMailServer() {
  const received: string[] = [];
  const talk = (socket: Socket): void => {
    let inData = false;
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      received.push(chunk);
      if (inData) {
        if (chunk.endsWith('\r\n.\r\n')) {
          inData = false;
          socket.write('250 ok\r\n');
        }
        return;
      }
      inData = /^DATA/im.test(chunk);
      socket.write(inData ? '354 go on\r\n' : /^QUIT/i.test(chunk) ? '221 bye\r\n' : '250 ok\r\n');
    });
    socket.write('220 test\r\n');
  };
  const server = createServer(talk).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `smtp://127.0.0.1:${address.port}`, received, close: () => server.close() };
}

test('with a mail server the link is mailed to one recipient and printed nowhere', async () => {
  const mail = await startMailServer();
  const printed: string[] = [];
  const mailer = createMailer(
    { mail: { smtpUrl: new Secret(mail.url), from: 'no-reply@example.com' } },
    createLogger('test', 'silent'),
    (text) => printed.push(text),
  );
  await mailer.sendMagicLink(link);
  await waitFor(async () => mail.received.join('').includes('token='), { timeoutMs: 5_000, intervalMs: 20 });
  const session = mail.received.join('');
  expect(session.match(/^RCPT TO:/gim)).toHaveLength(1);
  expect(session).toContain('RCPT TO:<ada@example.com>');
  expect(printed).toEqual([]);
  mail.close();
});

test('a mail server that is down fails no request', async () => {
  const mailer = createMailer(
    { mail: { smtpUrl: new Secret('smtp://127.0.0.1:1'), from: 'no-reply@example.com' } },
    createLogger('test', 'silent'),
    () => undefined,
  );
  await expect(mailer.sendMagicLink(link)).resolves.toBeUndefined();
});

test('without a mail server the link is printed', async () => {
  const printed: string[] = [];
  await createMailer({ mail: undefined }, createLogger('test', 'silent'), (text) => printed.push(text)).sendMagicLink(
    link,
  );
  expect(printed.join('')).toContain(link.url);
});
