/** A page of prose; what is longer is a document, and belongs into an import. */
export const PROMPT_CHARS_MAX = 20_000;
export const NAME_CHARS_MAX = 100;
/** Clients show descriptions to a model on every turn, so length costs tokens each time. */
export const DESCRIPTION_CHARS_MAX = 4_000;
/** Claude and OpenAI refuse longer tool names. */
export const TOOL_NAME_CHARS_MAX = 64;
/** More tools than this no client chooses well from. */
export const TOOLS_MAX = 128;
export const CODE_BYTES_MAX = 512 * 1024;
export const SPEC_BYTES_MAX = 1024 * 1024;
/** One schema; bounds what a validator has to compile, which takes up to half a second for so much. */
export const SCHEMA_BYTES_MAX = 32 * 1024;
/** All schemas of a spec together; 128 tools with two schemas of a kilobyte each fit. */
export const SCHEMAS_BYTES_MAX = 256 * 1024;
export const SCHEMA_DEPTH_MAX = 32;
/** Long enough to fill in credentials over lunch, short enough that nothing piles up. */
export const PREVIEW_TTL_MS = 24 * 60 * 60 * 1000;
export const SECRETS_MAX = 50;
export const SECRET_VALUE_CHARS_MAX = 8_192;
