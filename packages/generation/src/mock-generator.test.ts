import { DESCRIPTION_CHARS_MAX } from '@bmm/types';
import { describe, expect, it } from 'vitest';
import { checkSpec } from './check-spec.ts';
import { createSpecGenerator } from './spec-generator.ts';
import { runHandler } from './testing/run-handler.ts';
import { weatherSpec } from './testing/weather-spec.ts';

const generator = createSpecGenerator({ anthropic: undefined });
const options = { signal: new AbortController().signal };
const create = (prompt: string) => generator.generate({ kind: 'create', prompt }, options);

describe('without a model key', () => {
  it('calls itself mock and answers every prompt with the same checked spec of echo and now', async () => {
    expect(generator.source).toBe('mock');
    const spec = await create('anything');
    expect(spec).toEqual(await create('something else'));
    expect(spec.tools.map((tool) => tool.name)).toEqual(['echo', 'now']);
    expect(spec).toMatchObject({ secrets: [], allowedHosts: [] });
    expect(await checkSpec(spec)).toEqual(spec);
  });

  it('hands out a copy, so that no caller changes the next answer', async () => {
    (await create('a')).tools.pop();
    expect((await create('b')).tools).toHaveLength(2);
  });

  it('has handlers that do what the tools say', async () => {
    const spec = await create('a');
    expect(await runHandler(spec, 'echo', { text: 'Grüezi' })).toEqual({ text: 'Grüezi' });
    expect(await runHandler(spec, 'now', {})).toEqual({
      iso: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/),
      timeZone: 'UTC',
    });
    const kathmandu = await runHandler(spec, 'now', { timeZone: 'Asia/Kathmandu' });
    expect(kathmandu).toEqual({ iso: expect.stringMatching(/\+05:45$/), timeZone: 'Asia/Kathmandu' });
    const { iso } = kathmandu as { iso: string };
    expect(Math.abs(Date.parse(iso) - Date.now())).toBeLessThan(60_000);
    await expect(runHandler(spec, 'now', { timeZone: 'Mars/Olympus' })).rejects.toThrow(
      '"Mars/Olympus" is not an IANA time zone',
    );
  });

  it('answers a change with the same tools and code, and says in the description that nothing was done', async () => {
    const iterate = (current: typeof weatherSpec) =>
      generator.generate({ kind: 'iterate', prompt: 'add a tool', current }, options);
    const next = await iterate(weatherSpec);
    expect(next).toEqual({ ...weatherSpec, description: next.description });
    expect(next.description).toMatch(/^Tells the weather of a city\. A change was asked for; no model key is set/);
    expect(await iterate(next)).toEqual(next);
    const long = await iterate({ ...weatherSpec, description: 'x'.repeat(DESCRIPTION_CHARS_MAX) });
    expect(long.description).toHaveLength(DESCRIPTION_CHARS_MAX);
  });

  it("throws the signal's reason when it is aborted", async () => {
    const reason = new Error('stopped');
    const aborted = { signal: AbortSignal.abort(reason) };
    await expect(generator.generate({ kind: 'create', prompt: 'a' }, aborted)).rejects.toBe(reason);
  });
});
