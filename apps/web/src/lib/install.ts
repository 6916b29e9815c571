export type InstallStep =
  | { readonly kind: 'text' | 'notice'; readonly text: string }
  | { readonly kind: 'code'; readonly label: string; readonly code: string }
  | { readonly kind: 'link'; readonly label: string; readonly href: string };

export interface InstallTarget {
  readonly id: string;
  readonly label: string;
  readonly steps: readonly InstallStep[];
}

export interface InstallSubject {
  /** The slug: letters, digits and hyphens, so it needs no quoting in a shell or in TOML. */
  readonly name: string;
  readonly url: string;
  readonly description: string;
}

const text = (words: string): InstallStep => ({ kind: 'text', text: words });
const code = (label: string, body: string): InstallStep => ({ kind: 'code', label, code: body });
const link = (label: string, href: string): InstallStep => ({ kind: 'link', label, href });
/** Clients whose servers, not the visitor's machine, open the connection. */
const FROM_THE_INTERNET: ReadonlySet<string> = new Set(['claude', 'chatgpt']);
const pretty = (value: unknown) => JSON.stringify(value, null, 2);

export function cursorDeepLink({ name, url }: InstallSubject): string {
  const config = encodeURIComponent(btoa(JSON.stringify({ url })));
  return `cursor://anysphere.cursor-deeplink/mcp/install?name=${encodeURIComponent(name)}&config=${config}`;
}

export function vsCodeDeepLink({ name, url }: InstallSubject): string {
  return `vscode:mcp/install?${encodeURIComponent(JSON.stringify({ name, type: 'http', url }))}`;
}

export function gooseDeepLink({ name, url, description }: InstallSubject): string {
  const query = [
    ['url', url],
    ['id', name],
    ['name', name],
    ['description', description],
  ] as const;
  const rest = query.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&');
  return `goose://extension?type=streamable_http&${rest}`;
}

/** Whether only programs on the same machine can open this URL. */
export function isLoopbackUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  return /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}

/** The client to show first: one that can reach the URL. */
export function firstInstallTarget(url: string): string {
  return isLoopbackUrl(url) ? 'claude-code' : 'claude';
}

/** How each client connects to a server, in the words and the syntax of that client. */
export function installTargets(subject: InstallSubject): readonly InstallTarget[] {
  const targets = allTargets(subject);
  if (!isLoopbackUrl(subject.url)) return targets;
  return targets.map((target) =>
    FROM_THE_INTERNET.has(target.id) ? { ...target, steps: [unreachable(target.label), ...target.steps] } : target,
  );
}

function unreachable(client: string): InstallStep {
  return {
    kind: 'notice',
    text: `This URL is reachable only from this machine. ${client} connects from the internet and cannot use it.`,
  };
}

function allTargets(subject: InstallSubject): readonly InstallTarget[] {
  const { name, url } = subject;
  return [
    {
      id: 'claude',
      label: 'Claude (Desktop and web)',
      steps: [
        text('Open Customize (Settings) → Connectors → Add custom connector, then enter the name and the URL.'),
        code('Name', name),
        code('URL', url),
        text('Where custom connectors are not available, put this into claude_desktop_config.json:'),
        code(
          'claude_desktop_config.json',
          pretty({ mcpServers: { [name]: { command: 'npx', args: ['-y', 'mcp-remote', url] } } }),
        ),
      ],
    },
    {
      id: 'claude-code',
      label: 'Claude Code',
      steps: [
        code('Terminal', `claude mcp add --transport http ${name} ${url}`),
        code('Sign in', `claude mcp login ${name}`),
        text('Inside a session, /mcp signs in too. To share it with a project, use a file:'),
        code('.mcp.json', pretty({ mcpServers: { [name]: { type: 'http', url } } })),
      ],
    },
    {
      id: 'chatgpt',
      label: 'ChatGPT',
      steps: [
        text(
          'Open Settings → Apps (& Connectors) → Advanced, switch Developer mode on, then Create app. Enter the name and the URL; the authentication is OAuth.',
        ),
        code('Name', name),
        code('MCP URL', url),
      ],
    },
    {
      id: 'cursor',
      label: 'Cursor',
      steps: [
        link('Add to Cursor', cursorDeepLink(subject)),
        code('~/.cursor/mcp.json', pretty({ mcpServers: { [name]: { url } } })),
      ],
    },
    {
      id: 'vs-code',
      label: 'VS Code',
      steps: [
        link('Add to VS Code', vsCodeDeepLink(subject)),
        code('Terminal', `code --add-mcp '${JSON.stringify({ name, type: 'http', url })}'`),
        code('.vscode/mcp.json', pretty({ servers: { [name]: { type: 'http', url } } })),
      ],
    },
    {
      id: 'codex',
      label: 'Codex',
      steps: [
        code('Terminal', `codex mcp add ${name} --url ${url}`),
        text('This opens the sign-in. To sign in again later:'),
        code('Sign in', `codex mcp login ${name}`),
        code('~/.codex/config.toml', `[mcp_servers.${name}]\nurl = ${JSON.stringify(url)}`),
      ],
    },
    {
      id: 'gemini-cli',
      label: 'Gemini CLI',
      steps: [
        code('Terminal', `gemini mcp add -t http ${name} ${url}`),
        code('Sign in, inside Gemini CLI', `/mcp auth ${name}`),
        code('settings.json', pretty({ mcpServers: { [name]: { httpUrl: url } } })),
      ],
    },
    {
      id: 'windsurf',
      label: 'Windsurf',
      steps: [code('~/.codeium/windsurf/mcp_config.json', pretty({ mcpServers: { [name]: { serverUrl: url } } }))],
    },
    {
      id: 'zed',
      label: 'Zed',
      steps: [
        code('settings.json', pretty({ context_servers: { [name]: { url } } })),
        text('Zed starts the sign-in by itself as long as no Authorization header is set.'),
      ],
    },
    {
      id: 'goose',
      label: 'Goose',
      steps: [
        link('Add to Goose', gooseDeepLink(subject)),
        code(
          'config.yaml',
          `extensions:\n  ${name}:\n    type: streamable_http\n    uri: ${url}\n    enabled: true\n    timeout: 300`,
        ),
        text('Or run goose configure and choose Remote Extension (Streamable HTTP).'),
      ],
    },
  ];
}
