/** Child processes of the scripts: inherit the terminal, keep standard output for results, end with the parent. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The folder of the repository, whatever the working directory is. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A script gives this up with a message for the person at the terminal: no stack trace is printed. */
export class Failure extends Error {}

/**
 * Runs a command with no input; what it prints goes to our standard error, so that ours stays for results.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>} the exit code; 128 plus the number of a signal is not distinguished from it
 */
export function run(command, args, { cwd = ROOT, env = process.env } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', process.stderr, process.stderr] });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 128));
  });
}

/**
 * As `run`, but a failure ends the script.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 */
export async function mustRun(command, args, options) {
  const code = await run(command, args, options);
  if (code !== 0) throw new Failure(`${[command, ...args].join(' ')} failed (exit code ${code})`);
}

/** @param {string} text a line of progress */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

/**
 * Runs a script's main function; its failure is the exit code.
 *
 * @param {() => Promise<void>} main
 */
export async function runMain(main) {
  try {
    await main();
  } catch (error) {
    say(error instanceof Failure ? `error: ${error.message}` : String(error instanceof Error ? error.stack : error));
    process.exitCode = 1;
  }
}
