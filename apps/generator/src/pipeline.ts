import type { BuildStage } from '@bmm/types';
import type { Stage } from './build-run.ts';
import { building } from './stages/building.ts';
import { checking } from './stages/checking.ts';
import { deploying } from './stages/deploying.ts';
import { generating } from './stages/generating.ts';
import { testing } from './stages/testing.ts';

/** The stages of a build, in their order. The last one makes it live. */
export const PIPELINE: readonly (readonly [BuildStage, Stage])[] = [
  ['generating', generating],
  ['checking', checking],
  ['building', building],
  ['testing', testing],
  ['deploying', deploying],
];
