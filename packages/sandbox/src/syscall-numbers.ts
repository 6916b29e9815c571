/** `arm64` follows the kernel's generic table, which left out calls that a newer one replaces. */
export type SeccompArchitecture = 'x64' | 'arm64';

type Numbers = readonly [x64: number | undefined, arm64: number | undefined];

/** Calls that the runtime needs in part; the filter looks at their arguments. */
export const INSPECTED_SYSCALLS = {
  clone: [56, 220],
  clone3: [435, 435],
  socket: [41, 198],
  socketpair: [53, 199],
} as const satisfies Record<string, Numbers>;

/**
 * Calls that the runtime never makes and that an attacker inside of it would want: those through which most kernel
 * exploits of the last years went, those that look at or change other processes, mounts, namespaces and modules, those
 * that start processes, and those that would put a link or another file in place of a socket that the host opens.
 */
export const DENIED_SYSCALLS = {
  // Other processes.
  ptrace: [101, 117],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  process_madvise: [440, 440],
  pidfd_open: [434, 434],
  pidfd_getfd: [438, 438],
  pidfd_send_signal: [424, 424],
  kcmp: [312, 272],
  // Leaving the process group would hide from the kill that ends the sandbox.
  setsid: [112, 157],
  setpgid: [109, 154],
  fork: [57, undefined],
  vfork: [58, undefined],
  execveat: [322, 281],
  memfd_create: [319, 279],
  memfd_secret: [447, 447],
  // Mounts, namespaces and the machine.
  mount: [165, 40],
  umount2: [166, 39],
  pivot_root: [155, 41],
  chroot: [161, 51],
  move_mount: [429, 429],
  open_tree: [428, 428],
  fsopen: [430, 430],
  fsmount: [432, 432],
  fsconfig: [431, 431],
  fspick: [433, 433],
  mount_setattr: [442, 442],
  setns: [308, 268],
  unshare: [272, 97],
  personality: [135, 92],
  reboot: [169, 142],
  sethostname: [170, 161],
  setdomainname: [171, 162],
  syslog: [103, 116],
  swapon: [167, 224],
  swapoff: [168, 225],
  quotactl: [179, 60],
  quotactl_fd: [443, 443],
  acct: [163, 89],
  init_module: [175, 105],
  finit_module: [313, 273],
  delete_module: [176, 106],
  kexec_load: [246, 104],
  kexec_file_load: [320, 294],
  iopl: [172, undefined],
  ioperm: [173, undefined],
  modify_ldt: [154, undefined],
  lookup_dcookie: [212, 18],
  // Large and young parts of the kernel.
  bpf: [321, 280],
  perf_event_open: [298, 241],
  userfaultfd: [323, 282],
  io_uring_setup: [425, 425],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  io_setup: [206, 0],
  add_key: [248, 217],
  request_key: [249, 218],
  keyctl: [250, 219],
  name_to_handle_at: [303, 264],
  open_by_handle_at: [304, 265],
  fanotify_init: [300, 262],
  move_pages: [279, 239],
  migrate_pages: [256, 238],
  vmsplice: [278, 75],
  shmget: [29, 194],
  semget: [64, 190],
  msgget: [68, 186],
  mq_open: [240, 180],
  // Names and rights of files.
  symlink: [88, undefined],
  symlinkat: [266, 36],
  link: [86, undefined],
  linkat: [265, 37],
  rename: [82, undefined],
  renameat: [264, 38],
  renameat2: [316, 276],
  mknod: [133, undefined],
  mknodat: [259, 33],
  chmod: [90, undefined],
  fchmod: [91, 52],
  fchmodat: [268, 53],
  fchmodat2: [452, 452],
  chown: [92, undefined],
  fchown: [93, 55],
  lchown: [94, undefined],
  fchownat: [260, 54],
} as const satisfies Record<string, Numbers>;

/** The call's number; undefined when the architecture does not have it. */
export const syscallNumber = ([x64, arm64]: Numbers, architecture: SeccompArchitecture): number | undefined =>
  architecture === 'x64' ? x64 : arm64;
