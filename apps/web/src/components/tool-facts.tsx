import type { ToolDefinition } from '@bmm/types';
import { toAnnotationWords } from '@/lib/tool-words.ts';

interface ToolFactsProps {
  annotations: ToolDefinition['annotations'];
  hosts?: readonly string[];
}

/** What a tool does to the world: its annotations and its hosts, in words. */
export function ToolFacts({ annotations, hosts }: ToolFactsProps) {
  const words = toAnnotationWords(annotations);
  return (
    <ul className="flex flex-wrap gap-x-2 gap-y-1.5 text-[13px] text-muted">
      {words.map((word) => (
        <li key={word} className="rounded border border-line-strong px-1.5">
          {word}
        </li>
      ))}
      {hosts !== undefined && (
        <li className="py-px">
          {hosts.length === 0 ? (
            'Talks to no host'
          ) : (
            <>
              Talks to <span className="font-mono">{hosts.join(', ')}</span>
            </>
          )}
        </li>
      )}
    </ul>
  );
}
