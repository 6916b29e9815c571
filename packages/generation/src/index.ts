export { checkSpec } from './check-spec.ts';
export { DEFAULT_MODEL, GENERATION_TIMEOUT_MS, STALL_TIMEOUT_MS } from './constants.ts';
export { ECHO_AND_NOW_SPEC } from './echo-and-now-spec.ts';
export {
  type AnthropicConfig,
  createSpecGenerator,
  type GenerateOptions,
  type SpecGenerator,
  type SpecGeneratorConfig,
  type SpecRequest,
} from './spec-generator.ts';
export { type FakeMessagesApi, type RecordedRequest, startFakeMessagesApi } from './testing/fake-messages-api.ts';
export { type FakeReply, specReply } from './testing/fake-reply.ts';
