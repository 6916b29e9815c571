import type { ServerRow, VersionInfo } from '@bmm/db';
import { type PublicUrls, type ServerDetail, type ServerSummary, ToolDefinitionSchema } from '@bmm/types';

interface ShownVersion extends Pick<VersionInfo, 'number' | 'source'> {
  readonly toolCount: number;
}

export function toServerSummary(urls: PublicUrls, server: ServerRow, version: ShownVersion | null): ServerSummary {
  return {
    id: server.id,
    name: server.name,
    slug: server.slug,
    description: server.description,
    state: server.state,
    mcpUrl: urls.mcpUrl(server.slug),
    version: version?.number ?? null,
    source: version?.source ?? null,
    toolCount: version?.toolCount ?? 0,
    createdAt: server.createdAt.toISOString(),
    updatedAt: server.updatedAt.toISOString(),
  };
}

/**
 * Of the stored secrets only those that the version requires show up. Others may be there: with a prompt nobody knows yet
 * what the spec will require, and an earlier version may be made active again. They are sealed, and reach nothing.
 */
export function toServerDetail(
  urls: PublicUrls,
  server: ServerRow,
  version: VersionInfo | null,
  secretNames: readonly string[],
): ServerDetail {
  const spec = version?.spec;
  return {
    ...toServerSummary(urls, server, version && { ...version, toolCount: version.spec.tools.length }),
    tools: (spec?.tools ?? []).map((tool) => ToolDefinitionSchema.parse(tool)),
    allowedHosts: spec?.allowedHosts ?? [],
    requiredSecrets: (spec?.secrets ?? []).map((secret) => ({ ...secret, isSet: secretNames.includes(secret.name) })),
  };
}
