import { expect, inject, test } from 'vitest';
import { signInApiUser } from './support/api-user.ts';
import { consentByHttp } from './support/consent.ts';
import { connectMcp, MemoryOAuthProvider } from './support/mcp-client.ts';

const stack = inject('stack');
const CALLERS = 3;

test('while a new version goes live no call fails', async () => {
  const user = await signInApiUser(stack, 'iterate@example.com');
  const server = await user.createLiveServer('never-down');
  const client = await connectMcp(server.mcpUrl, new MemoryOAuthProvider(consentByHttp(user)));
  const failures: unknown[] = [];
  let calls = 0;
  let isOver = false;
  const callOn = async (caller: number) => {
    while (!isOver) {
      const text = `${caller}/${calls}`;
      calls += 1;
      await client.callTool({ name: 'echo', arguments: { text } }).then(
        (result) => {
          if (result.isError || (result.structuredContent as { text?: string } | undefined)?.text !== text)
            failures.push(result);
        },
        (error: unknown) => failures.push(error),
      );
    }
  };
  const callers = Array.from({ length: CALLERS }, (_, caller) => callOn(caller));
  const versions: (number | null)[] = [];
  for (const prompt of ['Be terse.', 'Be polite.']) {
    const { build } = await user.waitForBuild(await user.iterate(server.id, prompt));
    expect(build.error).toBeNull();
    versions.push(build.version);
  }
  // The old version drains after the switch; calls go on over its end.
  const callsAtSwitch = calls;
  while (calls < callsAtSwitch + 20 && failures.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  isOver = true;
  await Promise.all(callers);
  await client.close();
  expect(failures).toEqual([]);
  expect(versions).toEqual([2, 3]);
  expect(calls).toBeGreaterThan(50);
});
