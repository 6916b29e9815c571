import { z } from 'zod';
import { type ErrorCode, isErrorCode } from './errors.ts';

export const BUILD_STATES = [
  'queued',
  'generating',
  'checking',
  'building',
  'testing',
  'deploying',
  'live',
  'failed',
] as const;
export const BuildStateSchema = z.enum(BUILD_STATES);
export type BuildState = z.infer<typeof BuildStateSchema>;

/** The states in which a worker does something, in their order. */
export const BUILD_STAGES = [
  'generating',
  'checking',
  'building',
  'testing',
  'deploying',
] as const satisfies readonly BuildState[];
export type BuildStage = (typeof BUILD_STAGES)[number];

/** The one state machine of builds. A working state may go back to `queued` when another worker takes the build over. */
export const BUILD_TRANSITIONS: Readonly<Record<BuildState, readonly BuildState[]>> = {
  queued: ['generating', 'failed'],
  generating: ['checking', 'queued', 'failed'],
  checking: ['building', 'queued', 'failed'],
  building: ['testing', 'queued', 'failed'],
  testing: ['deploying', 'queued', 'failed'],
  deploying: ['live', 'queued', 'failed'],
  live: [],
  failed: [],
};

export function canTransition(from: BuildState, to: BuildState): boolean {
  return BUILD_TRANSITIONS[from].includes(to);
}

export function isFinished(state: BuildState): boolean {
  return BUILD_TRANSITIONS[state].length === 0;
}

export const BuildKindSchema = z.enum(['create', 'iterate']);
export type BuildKind = z.infer<typeof BuildKindSchema>;

const ErrorCodeSchema = z.custom<ErrorCode>(isErrorCode);
const eventBase = { seq: z.number().int().positive(), at: z.iso.datetime() };

/** One row of a build's history; `(build, seq)` is gapless from 1 and is replayed to every listener from the first. */
export const BuildEventSchema = z.discriminatedUnion('type', [
  z.object({ ...eventBase, type: z.literal('status'), state: BuildStateSchema }),
  z.object({
    ...eventBase,
    type: z.literal('log'),
    stage: BuildStateSchema,
    level: z.enum(['info', 'warn']),
    message: z.string(),
  }),
  z.object({
    ...eventBase,
    type: z.literal('done'),
    state: z.literal('live'),
    version: z.number().int(),
    mcpUrl: z.string(),
  }),
  z.object({
    ...eventBase,
    type: z.literal('error'),
    state: z.literal('failed'),
    stage: BuildStateSchema,
    code: ErrorCodeSchema,
    title: z.string(),
    detail: z.string(),
  }),
]);
export type BuildEvent = z.infer<typeof BuildEventSchema>;

type WithoutPlace<T> = T extends unknown ? Omit<T, 'seq' | 'at'> : never;
/** An event before it has got its place in the history. */
export type NewBuildEvent = WithoutPlace<BuildEvent>;

/** Bus topic that wakes those who follow a build; they read the rows themselves. */
export const buildTopic = (buildId: string): string => `build:${buildId}`;
/** Bus topic for changes of any server: what runs or routes it reads the row again. */
export const SERVER_CHANGED_TOPIC = 'server-changed';
export const ServerChangedSchema = z.object({ serverId: z.string(), slug: z.string() });
export type ServerChanged = z.infer<typeof ServerChangedSchema>;

/** The job that asks a worker to look after a build; the row holds everything else. */
export const BuildJobSchema = z.object({ buildId: z.string() });
export type BuildJob = z.infer<typeof BuildJobSchema>;
export const BUILD_QUEUE = 'builds';
