/** The bundle cannot run; the message is a sentence for the person or model that wrote the code. */
export class SandboxStartError extends Error {
  override readonly name = 'SandboxStartError';
}
