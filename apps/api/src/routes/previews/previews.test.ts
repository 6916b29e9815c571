import { ECHO_AND_NOW_SPEC, type FakeMessagesApi, specReply, startFakeMessagesApi } from '@bmm/generation';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi, type TestUser } from '../../testing/start-test-api.ts';

let model: FakeMessagesApi;
let api: TestApi;
let ada: TestUser;
beforeAll(async () => {
  model = await startFakeMessagesApi(specReply(ECHO_AND_NOW_SPEC));
  api = await startTestApi({ ANTHROPIC_API_KEY: 'sk-ant-test-key-4711', ANTHROPIC_BASE_URL: model.baseUrl });
  ada = await api.signIn('ada@previews.test');
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await model.close();
});

const stream = (prompt: string) =>
  ada.request({ method: 'POST', url: '/v1/servers/preview/stream', payload: { prompt } });
const eventsOf = (body: string) =>
  [...body.matchAll(/^event: (\w+)\ndata: (.*)$/gm)].map((match) => ({
    event: match[1],
    data: JSON.parse(match[2] ?? ''),
  }));

test('the stream shows that the model writes, then exactly one spec', async () => {
  model.script(specReply(ECHO_AND_NOW_SPEC, { chunkChars: 200 }));
  const events = eventsOf((await stream('Echo what I say.')).body);
  expect(events.filter(({ event }) => event === 'text').length).toBeGreaterThan(1);
  expect(events.filter(({ event }) => event !== 'text').map(({ event }) => event)).toEqual(['spec']);
  expect(events.at(-1)?.data).toMatchObject({ source: 'model', spec: { tools: [{ name: 'echo' }, { name: 'now' }] } });
});

test('creating from a preview does not ask the model again', async () => {
  model.script(specReply(ECHO_AND_NOW_SPEC));
  const preview = await ada.request({ method: 'POST', url: '/v1/servers/preview', payload: { prompt: 'Echo.' } });
  const asked = model.requests.length;
  const created = await ada.request({
    method: 'POST',
    url: '/v1/servers',
    payload: { name: 'E', slug: 'from-preview', previewId: preview.json().previewId },
  });
  expect(created.statusCode).toBe(201);
  expect(model.requests).toHaveLength(asked);
});

test.each([
  ['nonsense', { kind: 'text', text: 'I would rather write a poem.' }, 'model_output_invalid', 502],
  ['a refusal', { kind: 'text', text: '', stopReason: 'refusal' }, 'model_refused', 422],
  ['half an answer', { kind: 'text', text: '{"name":', stopReason: 'max_tokens' }, 'model_output_truncated', 502],
  ['its limit', { kind: 'status', status: 429, type: 'rate_limit_error' }, 'model_overloaded', 503],
  ['a wrong key', { kind: 'status', status: 401, type: 'authentication_error' }, 'model_misconfigured', 503],
  ['an outage', { kind: 'status', status: 500, type: 'api_error' }, 'model_unavailable', 502],
  ['a cut connection', { kind: 'cut', text: '{"na', how: 'reset' }, 'model_unavailable', 502],
] as const)(
  'when the model answers with %s, plain and streamed callers get one sentence and its code, and never the key',
  async (_what, reply, code, status) => {
    model.script(reply);
    const plain = await ada.request({ method: 'POST', url: '/v1/servers/preview', payload: { prompt: 'Echo.' } });
    expect(plain.statusCode).toBe(status);
    expect(plain.json()).toMatchObject({ code, detail: expect.stringMatching(/\w{3,}.*\.$/s) });
    model.script(reply);
    const events = eventsOf((await stream('Echo.')).body).filter(({ event }) => event !== 'text');
    expect(events).toMatchObject([{ event: 'error', data: { code, status } }]);
    expect(plain.body + JSON.stringify(events)).not.toContain('sk-ant-test-key-4711');
  },
);
