// Entry of the worker thread; whoever posts the tools ends the thread when the answer takes too long.
import { parentPort } from 'node:worker_threads';
import type { ToolSpec } from '@bmm/types';
import { findToolProblems } from './check-tools.ts';
import { loadDialect } from './json-schema-dialect.ts';

loadDialect();
parentPort?.on('message', (tools: readonly ToolSpec[]) => parentPort?.postMessage(findToolProblems(tools)));
parentPort?.postMessage('ready');
