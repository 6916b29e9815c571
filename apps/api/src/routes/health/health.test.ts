import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../testing/start-test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const metricsFor = (remoteAddress: string, headers: Record<string, string> = {}) =>
  api.app.inject({ url: '/metrics', remoteAddress, headers });

test('metrics are for this machine and its private network', async () => {
  for (const address of ['127.0.0.1', '10.1.2.3', '::1']) {
    const response = await metricsFor(address);
    expect([address, response.statusCode]).toEqual([address, 200]);
    expect(response.body).toContain('bmm_api_request_duration_seconds');
  }
});

test('404, as for what does not exist, for metrics from elsewhere or through a proxy', async () => {
  const missing = (await api.app.inject({ url: '/missing' })).json();
  const answers = [
    await metricsFor('203.0.113.9'),
    await metricsFor('127.0.0.1', { 'x-forwarded-for': '127.0.0.1' }),
    await metricsFor('127.0.0.1', { forwarded: 'for=127.0.0.1' }),
  ];
  for (const answer of answers) expect(answer.json()).toEqual({ ...missing, instance: '/metrics' });
});
