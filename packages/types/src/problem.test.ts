import { expect, test } from 'vitest';
import { AppError, ERRORS } from './errors.ts';
import { fromProblem, toProblem } from './problem.ts';

test('what is not from the catalogue becomes internal, and nothing of it gets out', () => {
  const problem = toProblem(new TypeError('password=hunter2 at /srv/app/db.ts'), '/v1/servers');
  expect(problem).toMatchObject({ code: 'internal', status: 500, instance: '/v1/servers' });
  expect(JSON.stringify(problem)).not.toMatch(/hunter2|db\.ts/);
});

test('the cause of a known error does not get out either', () => {
  const problem = toProblem(
    new AppError('model_unavailable', 'The model cannot be reached.', { cause: new Error('key sk-123') }),
    '/',
  );
  expect(JSON.stringify(problem)).not.toContain('sk-123');
  expect(problem).toMatchObject({ code: 'model_unavailable', title: ERRORS.model_unavailable.title, status: 502 });
});

test('extra members never replace the standard ones', () => {
  const problem = toProblem(
    new AppError('slug_taken', 'Taken.', { extensions: { status: 200, code: 'ok', fields: [] } }),
    '/',
  );
  expect(problem).toMatchObject({ code: 'slug_taken', status: 409, fields: [] });
});

test('a problem can be read back by clients, and nonsense is survived', () => {
  const error = fromProblem(
    toProblem(
      new AppError('validation_failed', 'name: Enter a name.', { extensions: { fields: [{ path: 'name' }] } }),
      '/',
    ),
  );
  expect(error).toMatchObject({
    code: 'validation_failed',
    detail: 'name: Enter a name.',
    extensions: { fields: [{ path: 'name' }] },
  });
  expect(fromProblem('<html>').code).toBe('internal');
  expect(fromProblem({ type: '', code: 'made_up', title: '', detail: '', status: 1, instance: '' }).code).toBe(
    'internal',
  );
});

test('every code has the status that the contract fixes for it', () => {
  const fixed = {
    slug_taken: 409,
    secret_in_prompt: 422,
    preview_expired: 410,
    spec_edit_forbidden_on_fork: 400,
    fork_ref_expired: 410,
    publish_blocked: 422,
    tool_count_mismatch: 422,
    spec_too_large: 413,
    streaming_unavailable: 409,
    rate_limited: 429,
  } as const;
  for (const [code, status] of Object.entries(fixed))
    expect(ERRORS[code as keyof typeof fixed].status, code).toBe(status);
});
