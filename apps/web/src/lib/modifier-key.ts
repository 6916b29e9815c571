/** The key that stands for "command" on a visitor's keyboard, as it is printed there. */
export function modifierKey(platform: string): '⌘' | 'Ctrl' {
  return /mac|iphone|ipad|ipod/i.test(platform) ? '⌘' : 'Ctrl';
}
