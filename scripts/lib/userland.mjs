/** The programs of the system: built from their sources by scripts/ports.mjs, or taken from its cache. */
import { mustRun } from './run.mjs';

/** Makes `.cache/ports/image/` complete and current; the toolchain is installed when something has to be built. */
export async function ensureUserland() {
  await mustRun(process.execPath, ['scripts/ports.mjs']);
}

/** The same, and the programs that tests run. */
export async function ensureTestPrograms() {
  await mustRun(process.execPath, ['scripts/ports.mjs', '--tests']);
}
