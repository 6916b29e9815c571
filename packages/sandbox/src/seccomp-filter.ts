// The threat: code that has broken out of the JavaScript runtime and now talks to the kernel. The filter is a classic
// BPF program that the kernel runs before each system call of the process and its threads; it cannot be taken off again.
// x64 is tested against a kernel; arm64 comes from the kernel's tables and is tested by interpreting the program only.
import { DENIED_SYSCALLS, INSPECTED_SYSCALLS, type SeccompArchitecture, syscallNumber } from './syscall-numbers.ts';

interface Instruction {
  readonly code: number;
  /** How many instructions to skip when the test holds, and when it does not. */
  readonly ifTrue: number;
  readonly ifFalse: number;
  readonly operand: number;
}

// <linux/bpf_common.h>: load a 32-bit word of seccomp_data, compare, return.
const LOAD = 0x20;
const JUMP_IF_EQUAL = 0x15;
const JUMP_IF_AT_LEAST = 0x35;
const JUMP_IF_ANY_BIT = 0x45;
const RETURN = 0x06;
// struct seccomp_data, little-endian: nr, arch, instruction pointer (8 bytes), arguments (8 bytes each).
const NUMBER_OFFSET = 0;
const ARCHITECTURE_OFFSET = 4;
const FIRST_ARGUMENT_OFFSET = 16;
// <linux/seccomp.h>
const ALLOW = 0x7fff_0000;
const KILL_PROCESS = 0x8000_0000;
const FAIL_WITH = 0x0005_0000;
const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;
// <linux/audit.h>
const AUDIT_ARCH: Record<SeccompArchitecture, number> = { x64: 0xc000_003e, arm64: 0xc000_00b7 };
/** x32 calls have this bit set and the same AUDIT_ARCH as x64; without the check they would pass every comparison. */
const X32_BIT = 0x4000_0000;
const CLONE_THREAD = 0x0001_0000;
const AF_UNIX = 1;

const load = (offset: number): Instruction => ({ code: LOAD, ifTrue: 0, ifFalse: 0, operand: offset });
const jump = (code: number, operand: number, ifTrue: number, ifFalse: number): Instruction => {
  return { code, ifTrue, ifFalse, operand };
};
const end = (verdict: number): Instruction => ({ code: RETURN, ifTrue: 0, ifFalse: 0, operand: verdict });

const failCall = (number: number, errno: number): Instruction[] => [
  jump(JUMP_IF_EQUAL, number, 0, 1),
  end(FAIL_WITH | errno),
];

/** Allows the call only when the test on the low half of its first argument holds; the kernel ignores the high half. */
const allowCallIf = (number: number, test: number, operand: number, errno: number): Instruction[] => [
  jump(JUMP_IF_EQUAL, number, 0, 4),
  load(FIRST_ARGUMENT_OFFSET),
  jump(test, operand, 0, 1),
  end(ALLOW),
  end(FAIL_WITH | errno),
];

/**
 * The program for `bwrap --seccomp`, as `struct sock_filter` records: threads but no processes, unix sockets only, none
 * of DENIED_SYSCALLS. `execve` stays allowed, because bwrap installs the filter right before it executes the runtime.
 */
export function buildSeccompFilter(architecture: SeccompArchitecture): Buffer {
  const numberOf = (name: keyof typeof INSPECTED_SYSCALLS) => INSPECTED_SYSCALLS[name][architecture === 'x64' ? 0 : 1];
  const denied = Object.values(DENIED_SYSCALLS).flatMap((numbers) => {
    const number = syscallNumber(numbers, architecture);
    return number === undefined ? [] : failCall(number, EPERM);
  });
  return encode([
    load(ARCHITECTURE_OFFSET),
    jump(JUMP_IF_EQUAL, AUDIT_ARCH[architecture], 1, 0),
    end(KILL_PROCESS),
    load(NUMBER_OFFSET),
    ...(architecture === 'x64' ? [jump(JUMP_IF_AT_LEAST, X32_BIT, 0, 1), end(KILL_PROCESS)] : []),
    ...denied,
    // ENOSYS makes the C library fall back to clone, whose flags a filter can see.
    ...failCall(numberOf('clone3'), ENOSYS),
    ...allowCallIf(numberOf('clone'), JUMP_IF_ANY_BIT, CLONE_THREAD, EPERM),
    ...allowCallIf(numberOf('socket'), JUMP_IF_EQUAL, AF_UNIX, EAFNOSUPPORT),
    ...allowCallIf(numberOf('socketpair'), JUMP_IF_EQUAL, AF_UNIX, EAFNOSUPPORT),
    end(ALLOW),
  ]);
}

function encode(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, { code, ifTrue, ifFalse, operand }] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(ifTrue, index * 8 + 2);
    bytes.writeUInt8(ifFalse, index * 8 + 3);
    bytes.writeUInt32LE(operand >>> 0, index * 8 + 4);
  }
  return bytes;
}
