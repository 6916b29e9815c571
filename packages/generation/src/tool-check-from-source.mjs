// Entry of the worker thread when it runs from source: a thread does not inherit the loader that reads TypeScript.
import { register } from 'tsx/esm/api';

register();
await import('./tool-check-worker.ts');
