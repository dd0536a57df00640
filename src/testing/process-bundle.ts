// The process worker (process.node.ts) with all that it imports as one file that a worker_thread can run: threads do not
// go through the test runner's transforms.

import { rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'vite';

const FOLDER = path.join(import.meta.dirname, '../../.cache/test');

let bundle: Promise<string> | undefined;

const make = async (): Promise<string> => {
  const name = `process.node.${process.pid}.mjs`;
  const file = path.join(FOLDER, name);
  process.once('exit', () => rmSync(file, { force: true }));
  await build({
    configFile: false,
    logLevel: 'warn',
    ssr: { noExternal: true },
    build: {
      ssr: path.join(import.meta.dirname, 'process.node.ts'),
      outDir: FOLDER,
      emptyOutDir: false,
      copyPublicDir: false,
      minify: false,
      target: 'esnext',
      rolldownOptions: { output: { entryFileNames: name, codeSplitting: false } },
    },
  });
  return file;
};

/** The path of the file, built once a run. */
export const processBundle = (): Promise<string> => {
  bundle ??= make();
  return bundle;
};
