import { required, type Stage } from '../build-run.ts';
import { bundleCode } from './bundle-code.ts';

export const building: Stage = async (run) => {
  const spec = required(run, 'spec');
  const bundle = await bundleCode(
    spec.code,
    spec.tools.map((tool) => tool.handler),
  );
  run.products.bundle = bundle;
  await run.log(
    `Bundle of ${Buffer.byteLength(bundle.code).toLocaleString('en')} bytes, sha256 ${bundle.sha256.slice(0, 12)}.`,
  );
};
