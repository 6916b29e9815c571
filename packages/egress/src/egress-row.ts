import { EGRESS_REASONS, type EgressReason, type EgressRefusal } from './egress-refusal.ts';

/** One outbound request in a server's log: never its path, query, headers or body. */
export interface EgressRow {
  readonly serverId: string;
  readonly at: Date;
  /** As the guest wrote it, escaped and cut to 255 characters; empty when there was none to read. */
  readonly host: string;
  readonly method: string;
  /** What the guest was answered; null when it got no answer. */
  readonly status: number | null;
  /** Bytes of the bodies, as they came from the guest and from the service. */
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly ms: number;
  readonly decision: 'allowed' | 'denied' | 'failed';
  readonly reason?: EgressReason | undefined;
  /** For the owner, in plain words. */
  readonly sentence: string;
  /** Names of the secrets that were put into the request. */
  readonly secrets: readonly string[];
  /** How many requests the row stands for; more than 1 only in the row that sums up a flood. */
  readonly count: number;
}

export interface ExchangeRecord {
  readonly serverId: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly host: string;
  readonly method: string;
  readonly status: number | null;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly secrets: readonly string[];
  readonly refusal?: EgressRefusal | undefined;
}

export function toEgressRow({ startedAtMs, endedAtMs, refusal, ...record }: ExchangeRecord): EgressRow {
  return {
    ...record,
    at: new Date(startedAtMs),
    ms: Math.max(0, endedAtMs - startedAtMs),
    count: 1,
    ...(refusal === undefined
      ? { decision: 'allowed', sentence: `${record.host} answered with the status ${record.status}.` }
      : {
          decision: EGRESS_REASONS[refusal.reason].decision,
          reason: refusal.reason,
          sentence: refusal.sentence,
        }),
  };
}
