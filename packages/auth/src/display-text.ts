/** Controls, bidi overrides, zero-width and tag characters: with them a name can look like another one. */
const deceptive = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}]/gu;

/** Text of a stranger as it may be shown or stored: one line, visible characters only, at most `charsMax` of them. */
export function toDisplayText(text: string, charsMax: number): string {
  const visible = text
    .slice(0, charsMax * 8)
    .normalize('NFKC')
    .replace(/\s+/g, ' ')
    .replace(deceptive, '');
  return Array.from(visible.replace(/ +/g, ' ').trim()).slice(0, charsMax).join('').trim();
}
