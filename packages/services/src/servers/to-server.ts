import type { ServerRow, VersionInfo } from '@bmm/db';
import { type PublicUrls, type ServerDetail, type ServerSummary, ToolDefinitionSchema } from '@bmm/types';

export function toServerSummary(urls: PublicUrls, server: ServerRow, version: VersionInfo | null): ServerSummary {
  return {
    id: server.id,
    name: server.name,
    slug: server.slug,
    description: server.description,
    state: server.state,
    mcpUrl: urls.mcpUrl(server.slug),
    version: version?.number ?? null,
    source: version?.source ?? null,
    toolCount: version?.spec.tools.length ?? 0,
    createdAt: server.createdAt.toISOString(),
    updatedAt: server.updatedAt.toISOString(),
  };
}

export function toServerDetail(
  urls: PublicUrls,
  server: ServerRow,
  version: VersionInfo | null,
  secretNames: readonly string[],
): ServerDetail {
  const spec = version?.spec;
  return {
    ...toServerSummary(urls, server, version),
    tools: (spec?.tools ?? []).map((tool) => ToolDefinitionSchema.parse(tool)),
    allowedHosts: spec?.allowedHosts ?? [],
    requiredSecrets: (spec?.secrets ?? []).map((secret) => ({ ...secret, isSet: secretNames.includes(secret.name) })),
  };
}
