import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { answerWithPages } from './endpoint-kinds.ts';

const open = (failure?: Error) => {
  const app = Fastify({ bodyLimit: 100 });
  answerWithPages(app);
  app.post('/page', async () => {
    if (failure !== undefined) throw failure;
    return 'fine';
  });
  return app;
};
const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' });

test('503 with Retry-After is the page while the database is away, 500 for what is our fault', async () => {
  const away = await open(new Error('Failed query', { cause: refused })).inject({ method: 'POST', url: '/page' });
  expect([away.statusCode, away.headers['retry-after']]).toEqual([503, '5']);
  expect(away.headers['content-type']).toContain('text/html');
  expect(away.body).not.toContain('5432');
  const broken = await open(new Error('x')).inject({ method: 'POST', url: '/page' });
  expect([broken.statusCode, broken.headers['retry-after']]).toEqual([500, undefined]);
});

test('413 is the page for a body that is too large, 415 for one of another kind, 400 for JSON that is none', async () => {
  const send = (payload: string, type: string) =>
    open().inject({ method: 'POST', url: '/page', headers: { 'content-type': type }, payload });
  expect((await send(JSON.stringify('x'.repeat(200)), 'application/json')).statusCode).toBe(413);
  expect((await send('x', 'application/pdf')).statusCode).toBe(415);
  const malformed = await send('{', 'application/json');
  expect([malformed.statusCode, malformed.headers['content-type']]).toEqual([400, 'text/html; charset=utf-8']);
});
