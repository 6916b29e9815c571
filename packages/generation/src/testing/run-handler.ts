import type { JsonValue, Spec } from '@bmm/types';

/** Calls one handler of a spec's module in this process; only for code that stands in a test. */
export async function runHandler(spec: Spec, handler: string, args: unknown): Promise<JsonValue> {
  const module: Record<string, unknown> = await import(
    `data:text/javascript;base64,${Buffer.from(spec.code).toString('base64')}`
  );
  const run = module[handler];
  if (typeof run !== 'function') throw new Error(`The module does not export ${handler}.`);
  return run(args, { secrets: {}, log: () => undefined, signal: new AbortController().signal, callId: 'test' });
}
