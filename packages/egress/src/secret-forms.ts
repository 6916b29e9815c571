import { REDACTED_BYTES_MIN, REDACTED_ENCODED_BYTES_MIN } from './constants.ts';

/** The spellings in which a service, a library or a log line may hand a value back. Empty for values too short to look for. */
export function secretForms(value: string): string[] {
  const bytes = Buffer.from(value, 'utf8');
  if (bytes.length < REDACTED_BYTES_MIN) return [];
  const forms = [value, ...percentForms(value), ...jsonForms(value), toHtml(value)];
  if (bytes.length >= REDACTED_ENCODED_BYTES_MIN) forms.push(...base64Forms(bytes), ...hexForms(bytes));
  return [...new Set(forms)];
}

function percentForms(value: string): string[] {
  // Through bytes, because encodeURIComponent throws on half a surrogate pair.
  const usual = encodeURIComponent(Buffer.from(value, 'utf8').toString('utf8'));
  const strict = usual.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  const full = Buffer.from(value, 'utf8')
    .toString('hex')
    .replace(/../g, (pair) => `%${pair.toUpperCase()}`);
  const upper = [usual, strict, usual.replaceAll('%20', '+'), strict.replaceAll('%20', '+'), full];
  const lower = upper.map((form) => form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()));
  return [...upper, ...lower];
}

/** As a string inside JSON: with and without escaped slashes, and with everything beyond ASCII escaped. */
function jsonForms(value: string): string[] {
  const plain = JSON.stringify(value).slice(1, -1);
  const ascii = plain.replace(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return [plain, ascii].flatMap((form) => [form, form.replaceAll('/', '\\/')]);
}

function toHtml(value: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return value.replace(/[&<>"']/g, (char) => entities[char] ?? char);
}

function hexForms(bytes: Buffer): string[] {
  const hex = bytes.toString('hex');
  return [hex, hex.toUpperCase()];
}

/**
 * Base64 packs three bytes into four characters, so a value inside of a longer text (`user:value`) has three spellings.
 * Only characters that the value alone decides are looked for; at each end up to two that it shares with its neighbours
 * stay, at most 10 bits.
 */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    const firstOwn = Math.ceil((offset * 8) / 6);
    const firstForeign = Math.floor(((offset + bytes.length) * 8) / 6);
    const own = encoded.slice(firstOwn, firstForeign);
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
