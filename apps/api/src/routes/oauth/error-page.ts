import { createHash } from 'node:crypto';

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1.5rem;color:#1b1b1f;background:#fff}' +
  'h1{font-size:1.25rem}@media(prefers-color-scheme:dark){body{color:#ececf1;background:#131316}}';
const styleHash = createHash('sha256').update(STYLE).digest('base64');

/** No script, no frame around us, nothing loaded, no address passed on (RFC 9700 §4.2, §4.16). */
export const PAGE_HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
};

/** A page for a person where no redirect is allowed. Any text is escaped. */
export function errorPage(text: string): string {
  return (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
    `<title>This connection cannot be made</title><style>${STYLE}</style></head>` +
    `<body><h1>This connection cannot be made</h1><p>${escapeHtml(text)}</p></body></html>`
  );
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
