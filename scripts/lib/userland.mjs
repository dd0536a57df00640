/** The programs of the system: built from their sources by scripts/ports.mjs, or taken from its cache. */
import { ensurePackages } from './debian.mjs';
import { mustRun } from './run.mjs';

/** Makes `.cache/ports/image/` complete and current, with the toolchain that this needs. */
export async function ensureUserland() {
  await ensurePackages('toolchain');
  await mustRun(process.execPath, ['scripts/ports.mjs']);
}
