export { compileJsonSchema, type JsonSchemaCheck } from './json-schema-check.ts';
export {
  createMcpEndpoint,
  type McpEndpoint,
  type McpEndpointOptions,
  type McpRequestOptions,
  type McpServerVersion,
} from './mcp-endpoint.ts';
export { checkToolOutput, createOutputChecker, type OutputCheck, type OutputChecker } from './output-checker.ts';
export type { CallTool, ToolCallContext, ToolCallOutcome } from './tool-outcome.ts';
