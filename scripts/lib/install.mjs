/**
 * `npm ci`, but only when node_modules differs from package-lock.json.
 *
 * npm leaves in node_modules/.package-lock.json what it has installed. The two are compared entry by entry: a
 * package that the lock marks as optional may be missing (those for other platforms are). This runs before anything is
 * installed, so it may import nothing but Node.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Failure, mustRun, ROOT, say } from './run.mjs';

const NEEDS_NODE = [20, 19];

/** @typedef {Record<string, { version?: string, integrity?: string, optional?: boolean, link?: boolean }>} Packages */

/** Fails with a message when this Node is too old for the tools. */
export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [needsMajor = 0, needsMinor = 0] = NEEDS_NODE;
  if (major > needsMajor || (major === needsMajor && minor >= needsMinor)) return;
  throw new Failure(`Node ${NEEDS_NODE.join('.')} or newer is needed, this is ${process.versions.node}`);
}

/** Installs the npm packages of the lock file when those in node_modules are not the same. */
export async function ensureModules() {
  const reason = staleReason(readPackages('package-lock.json'), readPackages('node_modules/.package-lock.json'));
  if (!reason) return;
  say(`npm ci (${reason})`);
  await mustRun('npm', ['ci', '--no-audit', '--no-fund']);
}

/**
 * @param {Packages | undefined} locked
 * @param {Packages | undefined} installed
 * @returns {string | undefined} why an installation is needed, undefined when it is not
 */
export function staleReason(locked, installed) {
  if (!locked) throw new Failure('package-lock.json is missing');
  if (!installed) return 'nothing is installed yet';
  for (const [where, entry] of Object.entries(locked)) {
    if (where === '' || entry.link) continue;
    const present = installed[where];
    if (!present && entry.optional) continue;
    if (!present) return `${where} is missing`;
    if (present.version !== entry.version || present.integrity !== entry.integrity) return `${where} differs`;
  }
  return undefined;
}

/**
 * @param {string} file
 * @returns {Packages | undefined}
 */
function readPackages(file) {
  try {
    const lock = /** @type {{ packages?: Packages }} */ (JSON.parse(readFileSync(path.join(ROOT, file), 'utf8')));
    return lock.packages;
  } catch {
    return undefined;
  }
}
