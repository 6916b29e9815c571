// Threat: schemas come from outside, and compiling a few kilobytes of them can take seconds. That happens in threads
// that are ended when time is up, so that no schema holds up a request of somebody else.
import { Worker } from 'node:worker_threads';
import { AppError, type FieldProblem, type ToolSpec } from '@bmm/types';
import {
  CHECK_HEAP_MB_MAX,
  CHECK_THREAD_START_MS_MAX,
  CHECK_THREADS_MAX,
  CHECKS_WAITING_MAX,
  SCHEMA_CHECK_MS_MAX,
} from './constants.ts';

// Bundled, this module is dist/index.js and the thread's entry stands beside it.
const isSource = import.meta.url.endsWith('.ts');
const entry = new URL(isSource ? './tool-check-from-source.mjs' : './tool-check-worker.js', import.meta.url);

const idle: Worker[] = [];
const waiting: (() => void)[] = [];
let busyCount = 0;

/**
 * Finds what is wrong with the schemas and examples of tools, in a thread of its own.
 * @throws AppError `unavailable` when too many checks wait already
 */
export async function checkTools(tools: readonly ToolSpec[]): Promise<readonly FieldProblem[]> {
  await takeTurn();
  try {
    const thread = idle.pop() ?? (await startThread());
    return await ask(thread, tools);
  } finally {
    const next = waiting.shift();
    if (next === undefined) busyCount -= 1;
    else next();
  }
}

async function takeTurn(): Promise<void> {
  if (busyCount < CHECK_THREADS_MAX) {
    busyCount += 1;
    return;
  }
  if (waiting.length >= CHECKS_WAITING_MAX) {
    throw new AppError('unavailable', 'Too many specs are being checked right now. Try again in a moment.', {
      retryAfterSeconds: 5,
    });
  }
  await new Promise<void>((resolve) => waiting.push(resolve));
}

async function startThread(): Promise<Worker> {
  const thread = new Worker(entry, {
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: CHECK_HEAP_MB_MAX },
  });
  // Without a listener, the failure of a thread that waits for work would end the process.
  thread.on('error', () => undefined);
  thread.on('exit', () => idle.splice(0, idle.length, ...idle.filter((other) => other !== thread)));
  const ready = await nextMessage(thread, CHECK_THREAD_START_MS_MAX);
  if ('message' in ready) return thread;
  void thread.terminate();
  throw ready.error ?? new Error('The thread that checks schemas did not start in time.');
}

async function ask(thread: Worker, tools: readonly ToolSpec[]): Promise<readonly FieldProblem[]> {
  thread.ref();
  thread.postMessage(tools);
  const answer = await nextMessage(thread, SCHEMA_CHECK_MS_MAX);
  if ('message' in answer) {
    thread.unref();
    idle.push(thread);
    return answer.message as readonly FieldProblem[];
  }
  void thread.terminate();
  if (answer.error !== undefined && !isOutOfMemory(answer.error)) throw answer.error;
  const message =
    'Checking the schemas takes too long; simplify patterns with nested repetition and references that multiply.';
  return [{ path: 'tools', message }];
}

type Answer = { readonly message: unknown } | { readonly error: Error | undefined };

/** The next message of a thread, or why there is none: its failure, or nothing within `timeoutMs`. */
function nextMessage(thread: Worker, timeoutMs: number): Promise<Answer> {
  return new Promise((resolve) => {
    const settle = (answer: Answer) => {
      clearTimeout(timer);
      thread.off('message', onMessage).off('error', onError).off('exit', onExit);
      resolve(answer);
    };
    const onMessage = (message: unknown) => settle({ message });
    const onError = (error: Error) => settle({ error });
    const onExit = () => settle({ error: new Error('The thread that checks schemas ended.') });
    const timer = setTimeout(() => settle({ error: undefined }), timeoutMs);
    thread.once('message', onMessage).once('error', onError).once('exit', onExit);
  });
}

const isOutOfMemory = (error: Error): boolean => 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
