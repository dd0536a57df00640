/**
 * `npm start`: from a fresh clone to a running site with one command, and within seconds the next time.
 *
 * Installs the npm packages and, as root on Debian, the toolchain; builds the userland and the site, each only when
 * its sources changed; serves it, and builds the packages meanwhile. Progress goes to standard error; standard output gets one line when the site is up:
 * `TabOS: http://127.0.0.1:N/`. Options: --port N (without it 8080, or the next one that is free).
 * Until the packages are installed this may import nothing but Node.
 */
import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build, SITE } from './build.mjs';
import { errorCode } from './lib/files.mjs';
import { checkNode, ensureModules } from './lib/install.mjs';
import { Failure, ROOT, runMain } from './lib/run.mjs';
import { ensureUserland } from './lib/userland.mjs';
import { createStaticServer, listen } from './serve.mjs';

const FIRST_PORT = 8080;
const PORTS_TO_TRY = 100;

/** @param {string | undefined} text */
function parsePort(text) {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65535) throw new Failure(`--port takes 1 to 65535, not '${text}'`);
  return port;
}

/**
 * @param {import('node:http').Server} server
 * @param {number | undefined} wanted
 */
async function listenSomewhere(server, wanted) {
  const last = wanted ?? FIRST_PORT + PORTS_TO_TRY - 1;
  for (let port = wanted ?? FIRST_PORT; port <= last; port++) {
    try {
      return await listen(server, port);
    } catch (error) {
      const code = errorCode(error);
      if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
      if (wanted !== undefined) {
        throw new Failure(
          `port ${port} ${code === 'EACCES' ? 'needs privileges' : 'is in use'}; choose another one by --port N`,
        );
      }
    }
  }
  throw new Failure(`no free port from ${FIRST_PORT} to ${last}; choose one by --port N`);
}

/**
 * That a port is taken is told before minutes of building, not after.
 *
 * @param {number} port
 */
async function checkPort(port) {
  const server = createStaticServer({ root: SITE });
  await listenSomewhere(server, port);
  await new Promise((resolve) => server.close(resolve));
}

/**
 * The packages that are not in the image are built while the site is served and appear in it one by one. They have what
 * the machine has to spare, and end with this process.
 */
function buildPackages() {
  const args = [path.join(ROOT, 'scripts/ports.mjs'), 'all', '--publish', SITE];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', process.stderr, process.stderr] });
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  process.once('exit', () => child.kill());
}

await runMain(async () => {
  const { values } = parseArgs({ options: { port: { type: 'string' } } });
  const wanted = parsePort(values.port);
  checkNode();
  if (wanted !== undefined) await checkPort(wanted);
  await ensureModules();
  await ensureUserland();
  await build();
  const port = await listenSomewhere(createStaticServer({ root: SITE }), wanted);
  console.log(`TabOS: http://127.0.0.1:${port}/`);
  buildPackages();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(0));
});
