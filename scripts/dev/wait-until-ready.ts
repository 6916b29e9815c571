import { setTimeout as sleep } from 'node:timers/promises';
import { READY_POLL_MS, READY_REQUEST_TIMEOUT_MS } from './constants.ts';

/** Resolves when the URL answers with anything but a server error; rejects only when `signal` aborts. */
export async function waitUntilAnswers(url: string, signal: AbortSignal): Promise<void> {
  while (!(await answers(url, signal))) await sleep(READY_POLL_MS, undefined, { signal });
}

async function answers(url: string, signal: AbortSignal): Promise<boolean> {
  signal.throwIfAborted();
  try {
    const response = await fetch(url, {
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(READY_REQUEST_TIMEOUT_MS)]),
    });
    await response.body?.cancel();
    return response.status < 500;
  } catch {
    return false;
  }
}
