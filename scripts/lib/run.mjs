/** Child processes of the scripts: inherit the terminal, keep standard output for results, end with the parent. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The folder of the repository, whatever the working directory is. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A script gives this up with a message for the person at the terminal: no stack trace is printed. */
export class Failure extends Error {}

/** Between the request to end and the end by force. */
const GRACE_MS = 10_000;

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd] the repository unless given
 * @property {NodeJS.ProcessEnv} [env]
 * @property {number} [timeoutMs] after which the command is ended, which is a failure
 */

/**
 * Runs a command with no input; what it prints goes to our standard error, so that ours stays for results.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<number>} the exit code, 128 for an end by a signal
 */
export function run(command, args, { cwd = ROOT, env = process.env, timeoutMs } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', process.stderr, process.stderr] });
    /** @type {NodeJS.Timeout[]} */
    const timers = [];
    if (timeoutMs !== undefined) {
      timers.push(
        setTimeout(() => {
          say(`${command} took longer than ${timeoutMs / 1000} s and is ended`);
          child.kill('SIGTERM');
        }, timeoutMs),
        setTimeout(() => child.kill('SIGKILL'), timeoutMs + GRACE_MS),
      );
    }
    const settle = () => timers.forEach(clearTimeout);
    child.once('error', (error) => {
      settle();
      reject(error);
    });
    child.once('close', (code) => {
      settle();
      resolve(code ?? 128);
    });
  });
}

/**
 * As `run`, but a failure ends the script.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
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
 * @param {unknown} error
 * @returns {string} only the message where the person at the terminal can do something about it
 */
export function describe(error) {
  if (!(error instanceof Error)) return String(error);
  const isUsage = 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  return error instanceof Failure || isUsage ? `error: ${error.message}` : (error.stack ?? error.message);
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
    say(describe(error));
    process.exitCode = 1;
  }
}
