/**
 * Serves, for a run of browser tests, the built site with its headers and without them, and the harness's fixture.
 * Global set-up of vitest.e2e.config.ts; tests read the addresses by `inject`.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
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
  }
}

const SITE = path.resolve(import.meta.dirname, '../../dist');
/** The fixture's pages also load xterm.js, from node_modules. */
const REPOSITORY = path.resolve(import.meta.dirname, '../..');

export async function setup(project: TestProject): Promise<() => void> {
  if (!existsSync(path.join(SITE, 'index.html'))) throw new Error('dist/ has no site: npm run build makes it');
  const servers = [
    createStaticServer({ root: SITE }),
    createStaticServer({ root: SITE, isolation: false }),
    createStaticServer({ root: REPOSITORY }),
  ] as const;
  const [site, plain, fixture] = await Promise.all(
    servers.map(async (server) => `http://127.0.0.1:${await listen(server, 0)}/`),
  );
  project.provide('siteUrl', String(site));
  project.provide('plainUrl', String(plain));
  project.provide('fixtureUrl', `${fixture}e2e/fixture/`);
  return () => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  };
}
