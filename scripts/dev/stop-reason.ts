/** A problem that the person can solve: its message is printed as it is, without a stack. */
export class StopReason extends Error {
  override readonly name = 'StopReason';
}
