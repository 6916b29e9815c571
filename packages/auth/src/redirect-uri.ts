/**
 * Redirect URIs. Threat: a code or an error sent to somebody else. URIs are compared as strings, so that no parser's
 * opinion on `..`, `\`, case or ports matters; only the port of a loopback address is free (RFC 8252 §7.3).
 */
import { REDIRECT_URI_CHARS_MAX } from './constants.ts';

const loopback = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(?::([1-9]\d{0,4}))?((?:[/?].*)?)$/;
/** Printable ASCII without what parsers read differently: space, quotes, `<`, `>`, `\`, `^`, backtick, `{`, `|`, `}`. */
const plainCharacters = /^[!$-&(-;=?-[\]_a-z~]+$/;
const privateScheme = /^([a-z][a-z0-9+.-]*):(.+)$/;

/** Schemes that a browser or a desktop acts on by itself, so that a redirect to them is an attack or a leak. */
const refusedSchemes = new Set(
  `about afp blob chrome chrome-extension content data dav davs dict dns edge file filesystem ftp ftps git gopher http
  https imap intent irc jar javascript ldap ldaps livescript mailto market mms moz-extension mocha news nfs nntp opera
  pop res resource rtsp search search-ms sftp shell sip sips sms smb ssh tel telnet urn vbscript view-source
  ws wss wyciwyg x-apple-helpbasic`.split(/\s+/),
);

export type RedirectUriKind = 'https' | 'loopback' | 'private_use';

/** What kind of redirect URI we take this for, or undefined when a client must not use it. */
export function redirectUriKind(uri: string): RedirectUriKind | undefined {
  if (uri.length > REDIRECT_URI_CHARS_MAX || !plainCharacters.test(uri) || /%0[0-9a-f]|%7f/i.test(uri))
    return undefined;
  if (!URL.canParse(uri)) return undefined;
  const parsed = new URL(uri);
  if (parsed.username !== '' || parsed.password !== '' || uri.includes('#')) return undefined;
  if (uri.startsWith('https://')) return parsed.hostname === '' || uri.slice(8).startsWith('/') ? undefined : 'https';
  if (uri.startsWith('http://')) return isLoopbackUri(uri) ? 'loopback' : undefined;
  const scheme = privateScheme.exec(uri)?.[1];
  if (scheme === undefined || refusedSchemes.has(scheme) || scheme.startsWith('ms-')) return undefined;
  return 'private_use';
}

/** Whether a request may use `asked`; both are validated here, so that what was registered under a laxer rule is not used. */
export function isRedirectUriAllowed(registered: readonly string[], asked: string): boolean {
  const kind = redirectUriKind(asked);
  if (kind === undefined) return false;
  return registered.some((uri) =>
    kind === 'loopback'
      ? redirectUriKind(uri) === 'loopback' && withoutPort(uri) === withoutPort(asked)
      : uri === asked && redirectUriKind(uri) === kind,
  );
}

/** The host that a person is shown before the answer goes there; for a private scheme, the scheme with its host. */
export function redirectHost(uri: string): string {
  const parsed = new URL(uri);
  if (redirectUriKind(uri) !== 'private_use') return parsed.host;
  return parsed.host === '' ? parsed.protocol : `${parsed.protocol}//${parsed.host}`;
}

function isLoopbackUri(uri: string): boolean {
  const port = loopback.exec(uri)?.[2];
  return loopback.test(uri) && (port === undefined || Number(port) <= 65_535);
}

/** `localhost` and `127.0.0.1` stay two hosts: only the port may differ from what was registered. */
function withoutPort(uri: string): string {
  const [, host, , rest = ''] = loopback.exec(uri) ?? [];
  return `${host} ${rest.startsWith('/') ? rest : `/${rest}`}`;
}
