import { findVersionById } from '@bmm/db';
import type { SpecRequest } from '@bmm/generation';
import { AppError, type Spec } from '@bmm/types';
import type { BuildRun, Stage, StageDeps } from '../build-run.ts';
import { MODEL_PROGRESS_INTERVAL_MS } from '../constants.ts';

/** Takes the spec that was previewed, or asks for one. What was asked for once is kept, also for the next attempt. */
export const generating: Stage = async (run, deps) => {
  const { spec, source } = run.build;
  if (spec !== null && source !== null) {
    Object.assign(run.products, { spec, source });
    await run.log('Using the spec that was generated before.');
    return;
  }
  const generated = await generate(run, deps);
  Object.assign(run.products, { spec: generated, source: deps.specGenerator.source });
  await run.advance(async () => ({ change: { spec: generated, source: deps.specGenerator.source }, events: [] }));
  if (deps.specGenerator.source === 'mock')
    await run.log('No model key is set, so this is the built-in spec of two tools.', 'warn');
};

async function generate(run: BuildRun, deps: StageDeps): Promise<Spec> {
  const request = await requestFor(run, deps);
  await run.log(request.kind === 'iterate' ? 'Asking for the next version.' : 'Asking for a spec.');
  let chars = 0;
  let pending: Promise<void> = Promise.resolve();
  const progress = setInterval(() => {
    const seen = chars;
    if (seen > 0)
      pending = pending
        .then(() => run.log(`The model has written ${seen.toLocaleString('en')} characters.`))
        .catch(() => undefined);
  }, MODEL_PROGRESS_INTERVAL_MS);
  try {
    return await deps.specGenerator.generate(request, {
      signal: run.signal,
      onText: (delta) => {
        chars += delta.length;
      },
    });
  } finally {
    clearInterval(progress);
    await pending;
  }
}

async function requestFor({ build }: BuildRun, { db }: StageDeps): Promise<SpecRequest> {
  if (build.prompt === null) throw new AppError('internal', 'The build has neither a spec nor a prompt.');
  const base = build.baseVersionId === null ? undefined : await findVersionById(db, build.orgId, build.baseVersionId);
  return base === undefined
    ? { kind: 'create', prompt: build.prompt }
    : { kind: 'iterate', prompt: build.prompt, current: base.spec };
}
