/** The parameters of an OAuth request, each with all values that were sent for it. */
export type OAuthParams = ReadonlyMap<string, readonly string[]>;

/** Reads a query string or a form; parameters without a value count as absent (RFC 6749 §3.1). */
export function paramsFromSearch(search: URLSearchParams): OAuthParams {
  const params = new Map<string, string[]>();
  for (const [name, value] of search) if (value !== '') params.set(name, [...(params.get(name) ?? []), value]);
  return params;
}

/** Reads a JSON object; a list counts as a repeated parameter, and what is not text is left out. */
export function paramsFromJson(body: unknown): OAuthParams {
  const params = new Map<string, string[]>();
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return params;
  for (const [name, value] of Object.entries(body)) {
    const texts = (Array.isArray(value) ? value : [value]).filter((item) => typeof item === 'string' && item !== '');
    if (texts.length > 0) params.set(name, texts);
  }
  return params;
}

/** The value of a parameter that was sent exactly once. */
export function singleParam(params: OAuthParams, name: string): string | undefined {
  const values = params.get(name);
  return values?.length === 1 ? values[0] : undefined;
}

/** The first parameter that was sent more than once (RFC 6749 §3.1 forbids it), apart from those in `except`. */
export function repeatedParam(params: OAuthParams, except: readonly string[] = []): string | undefined {
  for (const [name, values] of params) if (values.length > 1 && !except.includes(name)) return name;
  return undefined;
}
