const KEY = 'bmm:prompt';

/** The prompt somebody types survives a reload and a sign-in, in this tab only. Storage may be switched off. */
export function readPrompt(): string {
  try {
    return sessionStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}

export function keepPrompt(prompt: string): void {
  try {
    sessionStorage.setItem(KEY, prompt);
  } catch {
    // Without storage the field itself still holds the text.
  }
}

export function forgetPrompt(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Nothing was kept.
  }
}
