/** The environment that processes started by the page get, and who they run as (environ(7)). */

export const USER = 'user';
export const HOME = '/home/user';

const BASE: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME,
  USER,
  LOGNAME: USER,
  SHELL: '/bin/sh',
  LANG: 'C.UTF-8',
};

/** For programs whose output goes to the page, not to a screen. */
const DUMB = { TERM: 'dumb' };
/** For programs on a terminal of the page. */
const SCREEN = { TERM: 'xterm-256color', COLORTERM: 'truecolor' };

/** Variables to set; null takes one away. */
export type EnvironmentChange = Readonly<Record<string, string | null>>;

export function environment(
  on: 'pipe' | 'terminal',
  cwd: string,
  change: EnvironmentChange = {},
): Readonly<Record<string, string>> {
  const merged = { ...BASE, ...(on === 'terminal' ? SCREEN : DUMB), PWD: cwd, ...change };
  return Object.fromEntries(Object.entries(merged).filter((entry): entry is [string, string] => entry[1] !== null));
}

/** A path of the public API as an absolute one: what is relative starts at the home directory. */
export function absolutePath(path: string): string {
  return path.startsWith('/') ? path : `${HOME}/${path}`;
}
