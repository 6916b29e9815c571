import { CopyButton } from './copy-button.tsx';

/** The one thing that people come to a server's page for. */
export function McpUrl({ url }: { url: string }) {
  return (
    <div className="flex items-center gap-2 rounded-md border border-line-strong bg-sunken py-1 pl-3 pr-1">
      <span className="shrink-0 text-[13px] text-faint max-sm:sr-only">MCP URL</span>
      <code className="min-w-0 flex-1 truncate font-mono text-[13px]" title={url}>
        {url}
      </code>
      <CopyButton value={url} what="MCP URL" />
    </div>
  );
}
