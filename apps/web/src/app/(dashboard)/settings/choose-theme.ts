'use server';

import { cookies } from 'next/headers';
import { THEME_COOKIE, THEME_COOKIE_SECONDS, toTheme } from '@/lib/theme.ts';

/** Keeps the choice in this browser; the value comes from outside and is taken for one of ours or for none. */
export async function chooseTheme(theme: string): Promise<void> {
  const jar = await cookies();
  jar.set(THEME_COOKIE, toTheme(theme), { path: '/', maxAge: THEME_COOKIE_SECONDS, sameSite: 'lax' });
}
