import { pino } from 'pino';
import { expect, it } from 'vitest';
import { createLogger } from './create-logger.ts';
import { serializeError } from './serialize-error.ts';

/** What a query builder throws: the parameters stand in the message, in the stack and in a field of their own. */
class FailedQuery extends Error {
  readonly query: string;
  readonly params: unknown[];

  constructor(query: string, params: unknown[], cause: Error) {
    super(`Failed query: ${query}\nparams: ${params}`, { cause });
    this.query = query;
    this.params = params;
  }
}

const rowError = Object.assign(new Error('duplicate key value violates unique constraint "x"'), {
  code: '23505',
  detail: 'Key (token)=(hunter2) already exists.',
});

it('a logged error has its type, message, code, stack and causes, and nothing of what the failed query was given', () => {
  const text = JSON.stringify(
    serializeError(new FailedQuery('select 1 where token = $1', ['hunter2\n    at hunter2'], rowError)),
  );
  expect(text).not.toContain('params');
  expect(text).not.toContain('Key (token)');
  const logged = JSON.parse(text);
  expect(logged).toMatchObject({
    type: 'FailedQuery',
    message: 'Failed query: select 1 where token = $1',
    cause: { type: 'Error', code: '23505', message: expect.stringContaining('duplicate key') },
  });
  expect(logged.stack).toMatch(/^\s+at .*create-logger\.test\.ts/);
  expect(text).not.toContain('hunter2');
});

it('every logger writes errors that way', () => {
  const logger: object = createLogger('test', 'silent');
  expect(Reflect.get(logger, pino.symbols.serializersSym)).toMatchObject({ err: serializeError });
});

it('a chain of causes that goes round in a circle ends', () => {
  const error = new Error('one');
  error.cause = error;
  expect(JSON.stringify(serializeError(error)).length).toBeLessThan(50_000);
});
