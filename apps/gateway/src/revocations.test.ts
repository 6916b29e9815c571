import { expect, it } from 'vitest';
import { createRevocations } from './revocations.ts';

it('lets nobody in before the list was read once, and keeps the last list through a failure', async () => {
  let answer: () => Promise<string[]> = () => Promise.reject(new Error('connection refused'));
  const errors: unknown[] = [];
  await using revocations = createRevocations(
    () => answer(),
    (error) => errors.push(error),
  );
  await revocations.refresh();
  expect(() => revocations.isRevoked('fam_1')).toThrow('cannot be checked');
  answer = async () => ['fam_1'];
  await revocations.refresh();
  expect([revocations.isRevoked('fam_1'), revocations.isRevoked('fam_2')]).toEqual([true, false]);
  answer = () => Promise.reject(new Error('connection refused'));
  await revocations.refresh();
  expect(revocations.isRevoked('fam_1')).toBe(true);
  expect(errors).toHaveLength(2);
});
