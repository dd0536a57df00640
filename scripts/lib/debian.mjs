/**
 * The Debian packages that the repository needs, by purpose, and the one place that installs them.
 *
 * As root on Debian they are installed. Elsewhere the program is what counts, not the package: when it is not on
 * the PATH either, the error says what to install.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Failure, mustRun, say } from './run.mjs';

/** Package and the program (or file) that shows it is there. */
const PACKAGES = {
  /** Builds the userland from its sources (scripts/ports.mjs). */
  toolchain: [
    ['clang-22', 'clang-22'],
    ['lld-22', 'wasm-ld-22'],
    ['llvm-22', 'llvm-ar-22'],
    ['libclang-rt-22-dev-wasm32', '/usr/lib/llvm-22/lib/clang/22/lib/wasi/libclang_rt.builtins-wasm32.a'],
    ['dpkg-dev', 'dpkg-source'],
    ['ncurses-bin', 'tic'],
  ],
  /** Runs the browser tests and the benchmarks. */
  browsers: [
    ['chromium', 'chromium'],
    ['firefox-esr', 'firefox-esr'],
  ],
};

/** @typedef {keyof typeof PACKAGES} Purpose */

/**
 * @param {readonly Purpose[]} purposes
 * @returns {Promise<void>} rejects with a Failure that names the packages when they cannot be installed
 */
export async function ensurePackages(...purposes) {
  const missing = missingPackages(purposes);
  if (missing.length === 0) return;
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (!isDebian()) {
    throw new Failure(`needed here, under the names that Debian gives them: ${missing.join(' ')}`);
  }
  if (process.getuid?.() !== 0) {
    throw new Failure(`Debian packages are missing; install them by\n  sudo apt-get update && sudo ${command}`);
  }
  say(`installing Debian packages: ${missing.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await mustRun('apt-get', ['update', '-qq'], { env });
  await mustRun('apt-get', command.split(' ').slice(1), { env });
}

/**
 * @param {readonly Purpose[]} purposes
 * @returns {string[]} package names
 */
function missingPackages(purposes) {
  const wanted = purposes.flatMap((purpose) => PACKAGES[purpose]);
  return wanted.flatMap(([name = '', proof = '']) => (isPresent(proof) || isInstalled(name) ? [] : [name]));
}

/** @param {string} proof a program to find on the PATH, or the absolute name of a file */
function isPresent(proof) {
  return path.isAbsolute(proof) ? existsSync(proof) : findProgram(proof) !== undefined;
}

/**
 * @param {string} name
 * @returns {string | undefined} the absolute path of the first executable of that name on the PATH
 */
export function findProgram(name) {
  for (const folder of (process.env['PATH'] ?? '').split(path.delimiter)) {
    const candidate = path.join(folder, name);
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/** @param {string} name */
function isInstalled(name) {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder is dpkg-query's own
  const answer = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status}', name], { encoding: 'utf8' });
  return answer.status === 0 && answer.stdout === 'installed';
}

function isDebian() {
  try {
    return (
      /^ID(_LIKE)?=.*debian/m.test(readFileSync('/etc/os-release', 'utf8')) && findProgram('apt-get') !== undefined
    );
  } catch {
    return false;
  }
}
