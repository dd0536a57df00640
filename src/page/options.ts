/**
 * What the address of the page asks for: `?machine=NAME`, `?ephemeral`, `?attach=N`, `?command=SCRIPT`,
 * `?shell=PATH`.
 *
 * A machine's name becomes the name of its kernel and of its volume, so it is restricted to what every file system
 * and every browser takes.
 */
import { randomId } from './random-id.ts';

/** Letters, digits, `.`, `_` and `-`, starting with a letter or digit; 64 characters at most. */
const MACHINE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export const DEFAULT_MACHINE = 'default';

export interface PageOptions {
  readonly machine: string;
  readonly ephemeral: boolean;
  /** N of /dev/pts/N to show instead of a new shell. */
  readonly attach: number | undefined;
  /** A shell script to run in place of the login shell. */
  readonly command: string | undefined;
  /** The program of the login shell, instead of the one of /etc/passwd. */
  readonly shell: string | undefined;
}

/** The address asks for something that cannot be; the message says what may stand there. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

/**
 * @param query `location.search`
 * @throws OptionError
 */
export function readOptions(query: string): PageOptions {
  const params = new URLSearchParams(query);
  const ephemeral = isOn(params.get('ephemeral'));
  return {
    // Nobody can join an ephemeral machine, so its name says so and is used once.
    machine: ephemeral ? `ephemeral-${randomId()}` : machineName(params.get('machine')),
    ephemeral,
    attach: terminalNumber(params.get('attach')),
    command: params.get('command') || undefined,
    shell: params.get('shell') || undefined,
  };
}

export function isMachineName(name: string): boolean {
  return MACHINE_NAME.test(name);
}

function machineName(value: string | null): string {
  if (value === null || value === '') return DEFAULT_MACHINE;
  if (isMachineName(value)) return value;
  throw new OptionError(
    `“${value}” cannot be the name of a machine: a name has 1 to 64 letters, digits, “.”, “_” and “-”, ` +
      'and starts with a letter or a digit.',
  );
}

/** `?ephemeral`, `?ephemeral=1` and the like; `0` and `false` turn it off. */
function isOn(value: string | null): boolean {
  return value !== null && value !== '0' && value !== 'false';
}

function terminalNumber(value: string | null): number | undefined {
  if (value === null) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new OptionError(`“${value}” is no terminal: ?attach=N takes the number N of /dev/pts/N.`);
}
