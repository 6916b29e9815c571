import type { Sealer } from '@bmm/auth';
import type { Database } from '@bmm/db';
import type { SpecGenerator } from '@bmm/generation';
import type { Bus, JobQueue } from '@bmm/queue';
import { type ApiKeyScope, AppError, type BuildJob, type PublicUrls } from '@bmm/types';

export interface ServiceDeps {
  readonly db: Database;
  readonly bus: Bus;
  readonly buildQueue: JobQueue<BuildJob>;
  readonly specGenerator: SpecGenerator;
  readonly urls: PublicUrls;
  readonly sealer: Pick<Sealer, 'seal'>;
  /** Receives failures of work that is retried elsewhere, such as a wake-up that could not be sent. */
  onBackgroundError(where: string, error: unknown): void;
}

export interface Actor {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly apiKeyId?: string | undefined;
  readonly ip?: string | undefined;
}

/** Who acts, for which organisation and with which scopes; the tenant of every use case comes from here. */
export interface Ctx extends ServiceDeps {
  readonly org: { readonly id: string; readonly name: string };
  readonly actor: Actor;
  readonly scopes: readonly ApiKeyScope[];
}

/** @throws AppError `forbidden` */
export function requireScope(ctx: Pick<Ctx, 'scopes'>, scope: ApiKeyScope): void {
  if (!ctx.scopes.includes(scope)) throw new AppError('forbidden', `This API key lacks the scope ${scope}.`);
}
