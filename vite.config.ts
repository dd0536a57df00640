/**
 * The site: one page, its workers, nothing that needs a server. `vite` serves it for development, scripts/build.mjs
 * builds, compresses and puts it in place. Workers are found where they are created, by
 * `new Worker(new URL('...', import.meta.url), { type: 'module' })`, and become hashed assets like the rest.
 * `base: './'` keeps every address relative, so the site works in any folder of any host.
 */
import path from 'node:path';
import { defineConfig, type Plugin } from 'vite';
import { createStaticServer, ISOLATION } from './scripts/serve.mjs';

const ROOT = import.meta.dirname;

/** In development the userland comes straight from where the ports tree built it. */
function userland(): Plugin {
  return {
    name: 'tabos-userland',
    apply: 'serve',
    configureServer(server) {
      for (const part of ['image', 'packages']) {
        const files = createStaticServer({ root: path.join(ROOT, '.cache/ports', part) });
        server.middlewares.use(`/${part}`, (request, response) => files.emit('request', request, response));
      }
    },
  };
}

export default defineConfig({
  root: ROOT,
  base: './',
  plugins: [userland()],
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: true,
    reportCompressedSize: false,
  },
  server: { headers: ISOLATION, host: '127.0.0.1' },
  preview: { headers: ISOLATION, host: '127.0.0.1' },
});
