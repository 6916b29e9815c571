import { afterEach, inject } from 'vitest';
import { logTail } from './stack-log.ts';

afterEach(({ task }) => {
  if (task.result?.state !== 'fail') return;
  console.log(`--- the shared stack's last lines, after "${task.name}" ---\n${logTail(inject('stack').logFile)}`);
});
