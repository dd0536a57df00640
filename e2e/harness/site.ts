/**
 * Serves, for a run of browser tests, the built site with its headers and without them, and the harness's fixture.
 * Global set-up of vitest.e2e.config.ts; tests read the addresses by `inject`.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { build } from 'vite';
import type { TestProject } from 'vitest/node';
import { createStaticServer, listen } from '../../scripts/serve.mjs';
import type { BrowserName } from './browser.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Set by vitest.e2e.config.ts, for each project. */
    browserName: BrowserName;
    /** The built site, ending in a slash. */
    siteUrl: string;
    /** The same without COOP, COEP and CORP. */
    plainUrl: string;
    fixtureUrl: string;
    /** The page of e2e/fixture/volume, built. */
    volumeUrl: string;
  }
}

const SITE = path.resolve(import.meta.dirname, '../../dist');
/** The fixture's pages also load xterm.js, from node_modules. */
const REPOSITORY = path.resolve(import.meta.dirname, '../..');

/** It runs sources of the repository, so it has to be bundled. */
const VOLUME = path.resolve(import.meta.dirname, '../fixture/volume');
const VOLUME_BUILT = path.resolve(import.meta.dirname, '../../.cache/e2e/volume');

async function buildVolumePage(): Promise<void> {
  await build({
    configFile: false,
    root: VOLUME,
    base: './',
    logLevel: 'warn',
    worker: { format: 'es' },
    build: { outDir: VOLUME_BUILT, emptyOutDir: true, target: 'esnext', assetsInlineLimit: 0 },
  });
}

export async function setup(project: TestProject): Promise<() => void> {
  if (!existsSync(path.join(SITE, 'index.html'))) throw new Error('dist/ has no site: npm run build makes it');
  await buildVolumePage();
  const servers = [
    createStaticServer({ root: SITE }),
    createStaticServer({ root: SITE, isolation: false }),
    createStaticServer({ root: REPOSITORY }),
    createStaticServer({ root: VOLUME_BUILT }),
  ] as const;
  const [site, plain, fixture, volume] = await Promise.all(
    servers.map(async (server) => `http://127.0.0.1:${await listen(server, 0)}/`),
  );
  project.provide('siteUrl', String(site));
  project.provide('plainUrl', String(plain));
  project.provide('fixtureUrl', `${fixture}e2e/fixture/`);
  project.provide('volumeUrl', String(volume));
  return () => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  };
}
