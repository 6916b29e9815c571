import type { Env } from './app-environment.ts';
import { StopReason } from './stop-reason.ts';

/** Undefined when it answers, else why not, in words. */
export type Answer = string | undefined;

/** The outside world, so that the choice can be tested without it. */
export interface ServiceProbes {
  postgresAnswers(url: string): Promise<Answer>;
  redisAnswers(url: string): Promise<Answer>;
  /** The engine's version; undefined when none answers, whether or not a command-line client is installed. */
  findDockerEngine(): Promise<string | undefined>;
  /** @throws Error whose message is the reason in one line */
  startCompose(): Promise<{ databaseUrl: string; redisUrl: string }>;
  startEmbedded(): Promise<EmbeddedServer>;
}

export interface EmbeddedServer {
  url: string;
  port: number;
  pid: number;
  adopted: boolean;
  stop(): Promise<void>;
}

export interface Services {
  databaseUrl: string;
  redisUrl: string | undefined;
  embedded: EmbeddedServer | undefined;
}

/**
 * Named by a variable, else a Docker engine, else the embedded PostgreSQL; says in one line which.
 * @throws StopReason when a named service does not answer: falling back would hide somebody's data
 */
export async function pickServices(
  env: Env,
  isDockerAllowed: boolean,
  probes: ServiceProbes,
  say: (sentence: string) => void,
): Promise<Services> {
  const namedRedis = env.REDIS_URL || undefined;
  if (env.DATABASE_URL) await assertAnswers('DATABASE_URL', 'PostgreSQL', probes.postgresAnswers(env.DATABASE_URL));
  if (namedRedis) await assertAnswers('REDIS_URL', 'Redis', probes.redisAnswers(namedRedis));
  const queue = namedRedis ? 'Redis from REDIS_URL.' : 'No Redis: the queue runs on PostgreSQL.';
  if (env.DATABASE_URL) {
    say(`PostgreSQL from DATABASE_URL. ${queue}`);
    return { databaseUrl: env.DATABASE_URL, redisUrl: namedRedis, embedded: undefined };
  }
  const composed = isDockerAllowed ? await tryCompose(probes, namedRedis, say) : undefined;
  if (composed) return composed;
  const embedded = await probes.startEmbedded();
  say(`Embedded PostgreSQL 17 on port ${embedded.port}${embedded.adopted ? ' (was still running)' : ''}. ${queue}`);
  return { databaseUrl: embedded.url, redisUrl: namedRedis, embedded };
}

async function tryCompose(
  probes: ServiceProbes,
  namedRedis: string | undefined,
  say: (sentence: string) => void,
): Promise<Services | undefined> {
  const engine = await probes.findDockerEngine();
  if (engine === undefined) return undefined;
  say(`Docker ${engine} answers: starting PostgreSQL and Redis by docker compose …`);
  try {
    const { databaseUrl, redisUrl } = await probes.startCompose();
    say(`PostgreSQL from docker compose. Redis from ${namedRedis ? 'REDIS_URL' : 'docker compose'}.`);
    return { databaseUrl, redisUrl: namedRedis ?? redisUrl, embedded: undefined };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    say(`docker compose failed (${reason}), so the embedded PostgreSQL is used.`);
    return undefined;
  }
}

async function assertAnswers(variable: string, service: string, answer: Promise<Answer>): Promise<void> {
  const problem = await answer;
  if (problem === undefined) return;
  throw new StopReason(
    `${variable} is set, but ${service} does not answer there: ${problem}. Start it, or remove ${variable} to use what comes with the project.`,
  );
}
