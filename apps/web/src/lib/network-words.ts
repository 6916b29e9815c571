/** Said wherever a person might expect a tool to reach another host. */
export const NO_NETWORK_YET = 'Tools cannot reach the network yet: the sandbox has no way out.';
export const HOSTS_FAIL_YET = 'The sandbox has no network yet, so calls to these hosts fail.';
