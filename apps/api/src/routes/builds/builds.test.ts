import { advanceBuild, type BuildStep, claimBuild } from '@bmm/db';
import { publishBuildProgress } from '@bmm/services';
import { BUILD_STAGES, type BuildEvent, type NewBuildEvent } from '@bmm/types';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startTestApi, type TestApi, type TestUser, WEB } from '../../testing/start-test-api.ts';

let api: TestApi;
let ada: TestUser;
let bob: TestUser;
let base: string;
beforeAll(async () => {
  api = await startTestApi();
  base = (await api.app.listen({ host: '127.0.0.1', port: 0 })).replace('http', 'ws');
  ada = await api.signIn('ada@builds.test');
  bob = await api.signIn('bob@builds.test');
});
afterAll(() => api[Symbol.asyncDispose]());

let count = 0;
async function newBuild(): Promise<string> {
  count += 1;
  const response = await ada.request({
    method: 'POST',
    url: '/v1/servers',
    payload: { name: 'S', slug: `streamed-${count}`, prompt: 'echo' },
  });
  return response.json().build.id;
}

/** Does what a worker does: claims the build and writes its events. */
async function playWorker(buildId: string) {
  const claimed = await claimBuild(api.deps.services.db, buildId, 60_000);
  if (claimed === undefined) throw new Error('not claimed');
  return async (step: BuildStep) => {
    await advanceBuild(api.deps.services.db, claimed.lease, async () => step);
    await publishBuildProgress(api.deps.services, buildId);
  };
}

function connect(buildId: string, headers: Record<string, string>) {
  const socket = new WebSocket(`${base}/v1/builds/${buildId}/stream`, { headers });
  const events: BuildEvent[] = [];
  socket.on('message', (data) => events.push(JSON.parse(String(data))));
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  const refused = new Promise<number>((resolve) =>
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0)),
  );
  socket.on('error', () => undefined);
  return { socket, events, closed, refused };
}

const live: NewBuildEvent[] = [
  { type: 'status', state: 'live' },
  { type: 'done', state: 'live', version: 1, mcpUrl: 'http://localhost:4100/s/x/mcp' },
];

test('a follower gets the whole history, then what happens, then the end, without gaps', async () => {
  const buildId = await newBuild();
  const advance = await playWorker(buildId);
  await advance({ change: { state: 'generating' }, events: [{ type: 'status', state: 'generating' }] });
  const follower = connect(buildId, { cookie: ada.cookie, origin: WEB });
  await new Promise((resolve) => follower.socket.on('open', resolve));
  for (let line = 0; line < 20; line += 1) {
    await advance({
      change: {},
      events: [{ type: 'log', stage: 'generating', level: 'info', message: `line ${line}` }],
    });
  }
  for (const state of BUILD_STAGES.slice(1)) await advance({ change: { state }, events: [] });
  await advance({ change: { state: 'live' }, events: live });
  expect(await follower.closed).toBe(1000);
  expect(follower.events.map((event) => event.seq)).toEqual(Array.from({ length: 24 }, (_, index) => index + 1));
  expect(follower.events.at(-1)).toMatchObject({ type: 'done', version: 1 });

  const late = connect(buildId, { cookie: ada.cookie, origin: WEB });
  expect(await late.closed).toBe(1000);
  expect(late.events).toEqual(follower.events);
});

test('a wake-up that gets lost costs a second, no event', async () => {
  const buildId = await newBuild();
  const claimed = await claimBuild(api.deps.services.db, buildId, 60_000);
  if (claimed === undefined) throw new Error('not claimed');
  const follower = connect(buildId, { cookie: ada.cookie, origin: WEB });
  await new Promise((resolve) => follower.socket.on('open', resolve));
  const failed: NewBuildEvent[] = [
    { type: 'status', state: 'failed' },
    { type: 'error', state: 'failed', stage: 'queued', code: 'internal', title: 'Failed', detail: 'It failed.' },
  ];
  await advanceBuild(api.deps.services.db, claimed.lease, async () => ({
    change: { state: 'failed' },
    events: failed,
  }));
  expect(await follower.closed).toBe(1000);
  expect(follower.events).toHaveLength(3);
});

test('a follower of a build whose server is deleted is told so, and nothing goes on asking for it', async () => {
  const buildId = await newBuild();
  const follower = connect(buildId, { cookie: ada.cookie, origin: WEB });
  await new Promise((resolve) => follower.socket.on('open', resolve));
  const { serverId } = (await ada.request({ method: 'GET', url: `/v1/builds/${buildId}` })).json().build;
  expect((await ada.request({ method: 'DELETE', url: `/v1/servers/${serverId}` })).statusCode).toBe(204);
  expect(await follower.closed).toBe(1008);
});

test.each([
  ['a foreign origin', () => ({ cookie: ada.cookie, origin: 'https://evil.test' }), 403],
  ['an origin that only starts like ours', () => ({ cookie: ada.cookie, origin: `${WEB}.evil.test` }), 403],
  ['no origin', () => ({ cookie: ada.cookie }), 403],
  ['no session', () => ({ origin: WEB }), 401],
  ["somebody else's build", () => ({ cookie: bob.cookie, origin: WEB }), 404],
])('a handshake with %s is refused before the upgrade', async (_what, headers, status) => {
  const follower = connect(await newBuild(), headers());
  expect(await follower.refused).toBe(status);
  expect(follower.events).toEqual([]);
});

test('cancelling asks the worker to end the build, and an ended one cannot be cancelled', async () => {
  const buildId = await newBuild();
  expect((await ada.request({ method: 'POST', url: `/v1/builds/${buildId}/cancel` })).statusCode).toBe(202);
  const advance = await playWorker(buildId);
  await advance({
    change: { state: 'failed', errorCode: 'build_cancelled', errorDetail: 'The build was cancelled.' },
    events: [{ type: 'status', state: 'failed' }],
  });
  const again = await ada.request({ method: 'POST', url: `/v1/builds/${buildId}/cancel` });
  expect(again.json()).toMatchObject({ code: 'conflict', status: 409 });
  expect((await ada.request({ method: 'GET', url: `/v1/builds/${buildId}` })).json().build).toMatchObject({
    state: 'failed',
    error: { code: 'build_cancelled' },
  });
});
