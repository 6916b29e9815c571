import type { ToolDefinition } from '@bmm/types';
import { CodeBlock } from './code-block.tsx';
import { SchemaTable } from './schema-table.tsx';
import { ToolFacts } from './tool-facts.tsx';

/** The tools of a server as its callers see them. */
export function ToolList({ tools }: { tools: readonly ToolDefinition[] }) {
  return (
    <ul className="flex flex-col gap-4">
      {tools.map((tool) => (
        <li key={tool.name} className="flex flex-col gap-3 rounded-lg border border-line bg-raised p-4">
          <div className="flex flex-wrap items-baseline gap-x-3">
            <h3 className="font-mono text-sm font-medium [overflow-wrap:anywhere]">{tool.name}</h3>
            <span className="text-sm text-muted">{tool.title}</span>
          </div>
          <p className="whitespace-pre-line text-sm text-muted">{tool.description}</p>
          <ToolFacts annotations={tool.annotations} />
          <SchemaTable schema={tool.inputSchema} caption={`Inputs of ${tool.name}`} />
          <details>
            <summary className="w-fit text-[13px] text-muted hover:text-text">JSON Schema</summary>
            <div className="mt-2 flex flex-col gap-2">
              <CodeBlock label={`Input schema of ${tool.name}`} code={JSON.stringify(tool.inputSchema, null, 2)} />
              {tool.outputSchema !== undefined && (
                <CodeBlock label={`Output schema of ${tool.name}`} code={JSON.stringify(tool.outputSchema, null, 2)} />
              )}
            </div>
          </details>
        </li>
      ))}
    </ul>
  );
}
