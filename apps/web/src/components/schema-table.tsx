import type { JsonObject } from '@bmm/types';
import { toSchemaRows } from '@/lib/schema-rows.ts';

/** The inputs of a tool, readable without knowing JSON Schema. */
export function SchemaTable({ schema, caption }: { schema: JsonObject; caption: string }) {
  const rows = toSchemaRows(schema);
  if (rows.length === 0) return <p className="text-[13px] text-muted">Takes no input.</p>;
  return (
    <table className="w-full text-left text-[13px]">
      <caption className="sr-only">{caption}</caption>
      <thead className="text-faint max-sm:sr-only">
        <tr>
          <th className="pb-1.5 pr-4 font-normal">Input</th>
          <th className="pb-1.5 pr-4 font-normal">Type</th>
          <th className="pb-1.5 font-normal">Meaning</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr
            key={row.path}
            className="border-t border-line align-top max-sm:flex max-sm:flex-wrap max-sm:gap-x-3 max-sm:py-2"
          >
            <th scope="row" className="py-1.5 pr-4 font-mono font-normal max-sm:p-0">
              {row.path}
            </th>
            <td className="whitespace-nowrap py-1.5 pr-4 text-muted max-sm:p-0">
              {row.type}
              {row.required ? ', required' : ''}
            </td>
            <td className="w-full py-1.5 text-muted max-sm:p-0">
              {row.description}
              {row.limits.length > 0 && <span className="block text-faint">{row.limits.join(' · ')}</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
