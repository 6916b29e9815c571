/** From the weakest to the strongest. */
export const SANDBOX_TIERS = ['plain', 'unshare', 'bwrap'] as const;
export type SandboxTier = (typeof SANDBOX_TIERS)[number];

export const isTierAtLeast = (tier: SandboxTier, min: SandboxTier): boolean =>
  SANDBOX_TIERS.indexOf(tier) >= SANDBOX_TIERS.indexOf(min);

/** The machine does not offer the tier that was asked for; the message says what is missing and how to get it. */
export class SandboxTierError extends Error {
  override readonly name = 'SandboxTierError';
}

const WORDS: Record<SandboxTier, string> = {
  bwrap:
    'The kernel walls each server in: no network, no other processes, of the host’s files only the runtime and the ' +
    'server’s own folder, and a filter that refuses dangerous system calls. What remains shared is the kernel: a hole in ' +
    'it would be a way out, so servers of strangers who mean harm belong on machines or virtual machines of their own.',
  unshare:
    'The kernel gives each server no network and no privileges. A server that breaks out of the JavaScript runtime can ' +
    'still read the host’s files that its user account may read and see which processes run, and no system calls are ' +
    'filtered.',
  plain:
    'Only the JavaScript runtime keeps a server away from network, files and processes; the kernel limits nothing but ' +
    'its memory and open files. A server that breaks out of the runtime can use the network and whatever its user ' +
    'account may reach. This is for development, not for code of people whom you do not trust.',
};

const OWN_UID = 'Each server runs under a user account number of its own, so it cannot touch the processes of another.';
const SHARED_UID =
  'All servers run under the account of the platform’s own process, so a server that breaks out has the rights of that ' +
  'account in whatever this tier leaves within reach.';

/** What the tier does and does not do, in sentences for a log or an administrator. */
export const describeTier = (tier: SandboxTier, { hasOwnUid }: { readonly hasOwnUid: boolean }): string =>
  `${WORDS[tier]} ${hasOwnUid ? OWN_UID : SHARED_UID}`;
