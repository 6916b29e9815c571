import { checkSpec } from '@bmm/generation';
import { required, type Stage } from '../build-run.ts';

/** Validates the spec again, wherever it came from: nothing is built that was not checked in this very run. */
export const checking: Stage = async (run) => {
  const spec = await checkSpec(required(run, 'spec'));
  run.products.spec = spec;
  const names = spec.tools.map((tool) => tool.name).join(', ');
  await run.log(`${spec.tools.length} ${spec.tools.length === 1 ? 'tool' : 'tools'}: ${names}.`);
  await run.log(
    spec.allowedHosts.length === 0 ? 'It talks to no other host.' : `It talks to ${spec.allowedHosts.join(', ')}.`,
  );
};
