// Starts process workers in threads of Node, so that the whole system can boot there.
//
// The worker's code is bundled once a test run; a run of several test files may do it at the same time, so the bundle
// is put in place by a rename.

import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { build } from 'vite';
import type { Endpoint, FromProcess, ToProcess } from '../transport/process-protocol.ts';

const HERE = import.meta.dirname;
const CACHE = path.join(HERE, '../../.cache/testing');

const bundle = async (): Promise<string> => {
  const own = path.join(CACHE, `process-${process.pid}`);
  await mkdir(CACHE, { recursive: true });
  await build({
    configFile: false,
    logLevel: 'error',
    root: HERE,
    build: {
      ssr: path.join(HERE, 'process.node.ts'),
      outDir: own,
      target: 'node20',
      rollupOptions: { output: { entryFileNames: 'process.mjs', inlineDynamicImports: true } },
    },
  });
  const file = path.join(CACHE, `process-${process.pid}.mjs`);
  await rename(path.join(own, 'process.mjs'), file);
  await rm(own, { recursive: true });
  return file;
};

let bundled: Promise<string> | undefined;

/** A process worker as its station sees it. */
export class ProcessThread implements Endpoint<ToProcess, FromProcess> {
  onmessage: ((message: FromProcess) => void) | null = null;
  private readonly worker: Worker;

  static async start(): Promise<ProcessThread> {
    bundled ??= bundle();
    return new ProcessThread(await bundled);
  }

  private constructor(file: string) {
    this.worker = new Worker(file, { name: 'process' });
    this.worker.on('message', (message: FromProcess) => this.onmessage?.(message));
    this.worker.on('error', (error) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.onmessage?.({ type: 'fault', message: text });
    });
    // A thread that was forgotten must not keep a test run alive.
    this.worker.unref();
  }

  post(message: ToProcess, transfer: readonly ArrayBuffer[] = []): void {
    this.worker.postMessage(message, [...transfer]);
  }

  async terminate(): Promise<void> {
    await this.worker.terminate();
  }
}
