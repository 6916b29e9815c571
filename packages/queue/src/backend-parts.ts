import type { BullDriver } from './bull-driver.ts';
import type { Bus } from './bus.ts';
import type { ExpiringKeys } from './expiring-keys.ts';

/** What an adapter brings; queues and workers are the same code on both. */
export interface BackendParts {
  kind: 'redis' | 'postgres';
  bus: Bus;
  keys: ExpiringKeys;
  driver: BullDriver;
  ping(): Promise<void>;
  closeConnections(): Promise<void>;
}
