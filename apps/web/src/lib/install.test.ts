import { describe, expect, it } from 'vitest';
import {
  cursorDeepLink,
  firstInstallTarget,
  gooseDeepLink,
  installTargets,
  isLoopbackUrl,
  vsCodeDeepLink,
} from './install.ts';

const subject = { name: 'weather', url: 'https://mcp.example.com/s/weather/mcp', description: 'Weather & more' };
const snippets = (id: string) =>
  installTargets(subject)
    .find((target) => target.id === id)
    ?.steps.flatMap((step) => (step.kind === 'code' ? [step.code] : []));

describe('the install snippets', () => {
  it('exist for every client we name', () => {
    expect(installTargets(subject).map((target) => target.label)).toEqual([
      'Claude (Desktop and web)',
      'Claude Code',
      'ChatGPT',
      'Cursor',
      'VS Code',
      'Codex',
      'Gemini CLI',
      'Windsurf',
      'Zed',
      'Goose',
    ]);
  });

  it('give the command lines that were tried with Claude Code, Codex and Gemini CLI', () => {
    expect(snippets('claude-code')?.slice(0, 2)).toEqual([
      'claude mcp add --transport http weather https://mcp.example.com/s/weather/mcp',
      'claude mcp login weather',
    ]);
    expect(snippets('codex')).toContain('codex mcp add weather --url https://mcp.example.com/s/weather/mcp');
    expect(snippets('codex')).toContain('[mcp_servers.weather]\nurl = "https://mcp.example.com/s/weather/mcp"');
    expect(snippets('gemini-cli')?.[0]).toBe('gemini mcp add -t http weather https://mcp.example.com/s/weather/mcp');
  });

  it.each([
    ['claude', { mcpServers: { weather: { command: 'npx', args: ['-y', 'mcp-remote', subject.url] } } }],
    ['claude-code', { mcpServers: { weather: { type: 'http', url: subject.url } } }],
    ['cursor', { mcpServers: { weather: { url: subject.url } } }],
    ['vs-code', { servers: { weather: { type: 'http', url: subject.url } } }],
    ['gemini-cli', { mcpServers: { weather: { httpUrl: subject.url } } }],
    ['windsurf', { mcpServers: { weather: { serverUrl: subject.url } } }],
    ['zed', { context_servers: { weather: { url: subject.url } } }],
  ])('give %s the configuration in its own shape', (id, expected) => {
    const documents = snippets(id)
      ?.filter((snippet) => snippet.startsWith('{'))
      .map((snippet) => JSON.parse(snippet));
    expect(documents).toEqual([expected]);
  });

  it('carry the whole configuration in the deep links', () => {
    const cursor = new URL(cursorDeepLink(subject));
    expect(cursor.searchParams.get('name')).toBe('weather');
    expect(JSON.parse(atob(cursor.searchParams.get('config') ?? ''))).toEqual({ url: subject.url });
    const [scheme, query = ''] = vsCodeDeepLink(subject).split('?');
    expect(scheme).toBe('vscode:mcp/install');
    expect(JSON.parse(decodeURIComponent(query))).toEqual({ name: 'weather', type: 'http', url: subject.url });
    expect(Object.fromEntries(new URL(gooseDeepLink(subject)).searchParams)).toEqual({
      type: 'streamable_http',
      url: subject.url,
      id: 'weather',
      name: 'weather',
      description: 'Weather & more',
    });
  });
});

describe('a URL of this machine', () => {
  it.each(['http://localhost:4100/s/a/mcp', 'http://a.localhost/mcp', 'http://127.0.0.1/mcp', 'http://[::1]:4100/mcp'])(
    'is %s',
    (url) => expect(isLoopbackUrl(url)).toBe(true),
  );

  it.each([
    'https://mcp.example.com/s/a/mcp',
    'http://localhost.example.com/mcp',
    'http://127.0.0.1.example.com/',
    'x',
  ])('is not %s', (url) => expect(isLoopbackUrl(url)).toBe(false));

  it('is said to be out of reach to the clients that connect from the internet, and to no other', () => {
    const noticesAt = (url: string) =>
      installTargets({ ...subject, url }).flatMap(({ id, steps }) =>
        steps.flatMap((step) => (step.kind === 'notice' ? [[id, step.text]] : [])),
      );
    const sentence = (client: string) =>
      `This URL is reachable only from this machine. ${client} connects from the internet and cannot use it.`;
    expect(noticesAt('http://localhost:4100/s/weather/mcp')).toEqual([
      ['claude', sentence('Claude (Desktop and web)')],
      ['chatgpt', sentence('ChatGPT')],
    ]);
    expect(noticesAt(subject.url)).toEqual([]);
  });

  it('opens the steps of a client that can reach it', () => {
    expect(firstInstallTarget('http://localhost:4100/s/weather/mcp')).toBe('claude-code');
    expect(firstInstallTarget(subject.url)).toBe('claude');
  });
});
