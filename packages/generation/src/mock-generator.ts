import { DESCRIPTION_CHARS_MAX, type Spec } from '@bmm/types';
import { checkSpec } from './check-spec.ts';
import { ECHO_AND_NOW_SPEC } from './echo-and-now-spec.ts';
import type { SpecGenerator } from './spec-generator.ts';

const unchangedNote = ' A change was asked for; no model key is set, so tools and code stayed as they were.';

/** Answers without a model: the same spec for every prompt, and for a change the current spec with a note that says so. */
export function createMockGenerator(): SpecGenerator {
  return {
    source: 'mock',
    async generate(request, { signal }) {
      signal.throwIfAborted();
      return checkSpec(request.kind === 'create' ? structuredClone(ECHO_AND_NOW_SPEC) : withNote(request.current));
    },
  };
}

function withNote(current: Spec): Spec {
  const own = current.description.replaceAll(unchangedNote, '');
  return { ...current, description: own.slice(0, DESCRIPTION_CHARS_MAX - unchangedNote.length) + unchangedNote };
}
