import { buildTopic, SERVER_CHANGED_TOPIC, type ServerChanged } from '@bmm/types';
import type { ServiceDeps } from './context.ts';

/** Tells gateways that a server's row changed. They also look by themselves every few seconds, so a lost message heals. */
export async function publishServerChanged(
  deps: Pick<ServiceDeps, 'bus' | 'onBackgroundError'>,
  change: ServerChanged,
): Promise<void> {
  await deps.bus
    .publish(SERVER_CHANGED_TOPIC, { ...change })
    .catch((error: unknown) => deps.onBackgroundError('publish server change', error));
}

/** Wakes those who follow a build. They also look by themselves, so a lost message heals. */
export async function publishBuildProgress(
  deps: Pick<ServiceDeps, 'bus' | 'onBackgroundError'>,
  buildId: string,
): Promise<void> {
  await deps.bus
    .publish(buildTopic(buildId), null)
    .catch((error: unknown) => deps.onBackgroundError('publish build progress', error));
}

/** Hands a build to the workers. When the queue is down the row stays, and the workers' sweep picks it up. */
export async function enqueueBuild(
  deps: Pick<ServiceDeps, 'buildQueue' | 'onBackgroundError'>,
  buildId: string,
): Promise<void> {
  await deps.buildQueue.add({ buildId }).catch((error: unknown) => deps.onBackgroundError('enqueue build', error));
}
