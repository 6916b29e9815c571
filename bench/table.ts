import type { BenchRow } from './row.ts';

/** The words at the end of a row; a missed target is said and fails nothing, since machines differ. */
export function toVerdict({ target, median, p95 }: BenchRow): string {
  if (target === undefined) return 'for information';
  return median <= target.median && p95 <= target.p95 ? 'within target' : 'MISSED';
}

export function toTable(rows: readonly BenchRow[]): string {
  const cells = rows.map((row) => [
    row.name,
    String(row.n),
    toNumber(row.median),
    toNumber(row.p95),
    row.unit,
    row.target === undefined ? '' : `≤ ${toNumber(row.target.median)} / ${toNumber(row.target.p95)}`,
    toVerdict(row),
  ]);
  const all = [['what', 'n', 'median', 'p95', 'unit', 'target', 'verdict'], ...cells];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((line) => line[column]?.length ?? 0))) ?? [];
  const isRight = (column: number) => column >= 1 && column <= 3;
  return all
    .map((line) =>
      line
        .map((text, column) =>
          isRight(column) ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function toNumber(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}
