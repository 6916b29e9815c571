import type { BuildRow } from '@bmm/db';
import { type BuildSummary, ERRORS } from '@bmm/types';

export function toBuildSummary(build: BuildRow, versionNumber: number | null): BuildSummary {
  return {
    id: build.id,
    serverId: build.serverId,
    kind: build.kind,
    state: build.state,
    prompt: build.prompt,
    version: versionNumber,
    error:
      build.errorCode === null
        ? null
        : {
            code: build.errorCode,
            title: ERRORS[build.errorCode].title,
            detail: build.errorDetail ?? ERRORS[build.errorCode].title,
          },
    createdAt: build.createdAt.toISOString(),
    finishedAt: build.finishedAt?.toISOString() ?? null,
  };
}
