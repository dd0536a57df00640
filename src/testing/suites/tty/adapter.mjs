// The adapter for run-adapted.mjs of the third-party conformance cases:
//
//   node CONFORMANCE/run-adapted.mjs pty CONFORMANCE/cases/pty-ldisc.jsonl --adapter src/testing/suites/tty/adapter.mjs

import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const { module } = await runnerImport(fileURLToPath(new URL('conformance.ts', import.meta.url)), { configFile: false });

export const openPty = module.openPty;
