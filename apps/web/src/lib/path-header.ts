/** Request header in which the proxy tells a page its own path and query; always overwritten, so nobody else can set it. */
export const PATH_HEADER = 'x-bmm-path';
