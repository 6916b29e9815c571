export type {
  CallFailure,
  CallOutcome,
  CallRequest,
  GuestLogLine,
  RunningSandbox,
  Sandbox,
  SandboxDriver,
  SandboxExit,
  StartRequest,
  ToolBundle,
} from './sandbox.ts';
export { resolveSandboxLimits, type SandboxLimits } from './sandbox-limits.ts';
export {
  createSandboxPool,
  type PoolEvent,
  type PooledSandbox,
  type PoolTarget,
  type SandboxPool,
  type SandboxPoolOptions,
} from './sandbox-pool.ts';
export { SandboxStartError } from './sandbox-start-error.ts';
export { describeTier, SANDBOX_TIERS, type SandboxTier, SandboxTierError } from './sandbox-tier.ts';
export { workerdVersion } from './workerd-binary.ts';
export { createWorkerdDriver, type WorkerdDriver, type WorkerdDriverOptions } from './workerd-driver.ts';
