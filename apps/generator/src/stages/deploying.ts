import type { Queryable } from '@bmm/db';
import { insertVersion, lockServerInOrg, updateServer } from '@bmm/db';
import { AppError } from '@bmm/types';
import { type BuildRun, required, type Stage } from '../build-run.ts';

/** Makes the tested bundle the version that serves: one transaction, so that a crash leaves either all of it or nothing. */
export const deploying: Stage = async (run, { urls }) => {
  run.signal.throwIfAborted();
  await run.log(`Making it live at ${urls.mcpUrl(run.server.slug)}.`);
  await run.advance(async (tx) => {
    const version = await deployVersion(tx, run);
    return {
      change: { state: 'live', versionId: version.id },
      events: [
        { type: 'status', state: 'live' },
        { type: 'done', state: 'live', version: version.number, mcpUrl: urls.mcpUrl(run.server.slug) },
      ],
    };
  });
};

async function deployVersion(tx: Queryable, run: BuildRun): Promise<{ id: string; number: number }> {
  const { orgId } = run.build;
  const server = await lockServerInOrg(tx, orgId, run.server.id);
  if (server.state === 'taken_down') throw new AppError('conflict', 'The server was taken down while it was built.');
  const spec = required(run, 'spec');
  const bundle = required(run, 'bundle');
  const version = await insertVersion(tx, {
    orgId,
    serverId: server.id,
    bundleSha256: bundle.sha256,
    bundle: bundle.code,
    spec,
    source: required(run, 'source'),
  });
  await updateServer(tx, server, {
    activeVersionId: version.id,
    state: server.state === 'paused' ? 'paused' : 'live',
    ...(server.description === '' ? { description: spec.description } : {}),
  });
  return version;
}
