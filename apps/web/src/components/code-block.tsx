import { CopyButton } from './copy-button.tsx';

interface CodeBlockProps {
  label: string;
  code: string;
}

/** A snippet with what it is, and a button that copies it. */
export function CodeBlock({ label, code }: CodeBlockProps) {
  return (
    <figure className="overflow-hidden rounded-md border border-line bg-sunken">
      <figcaption className="flex items-center justify-between gap-3 border-b border-line py-0.5 pl-3 pr-1 text-[13px] text-muted">
        <span className="truncate">{label}</span>
        <CopyButton value={code} what={label} />
      </figcaption>
      <pre className="whitespace-pre-wrap break-words px-3 py-2.5 font-mono text-[13px] leading-relaxed [overflow-wrap:anywhere]">
        <code>{code}</code>
      </pre>
    </figure>
  );
}
