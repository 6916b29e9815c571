export type EdgeFade = 'none' | 'start' | 'end' | 'both';

/** The sides of a row on which more can be scrolled to; all lengths in CSS pixels. */
export function edgeFade(row: { scrollLeft: number; clientWidth: number; scrollWidth: number }): EdgeFade {
  // Scroll positions are fractions on screens that scale.
  const before = row.scrollLeft > 1;
  const after = row.scrollLeft + row.clientWidth < row.scrollWidth - 1;
  if (before && after) return 'both';
  if (before) return 'start';
  return after ? 'end' : 'none';
}
