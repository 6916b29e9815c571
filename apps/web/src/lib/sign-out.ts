import { browserApi } from './browser-api.ts';
import { forgetPrompt } from './prompt-draft.ts';

/** Ends the session and leaves; when the server cannot be reached, the banner says so and nothing is left. */
export async function signOut(): Promise<void> {
  try {
    await browserApi.signOut();
  } catch {
    return;
  }
  forgetPrompt();
  window.location.assign('/');
}
