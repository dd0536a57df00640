/**
 * Which program a new terminal starts when nothing else is asked for: the user's shell by passwd(5), as login(1) does.
 * An empty field means /bin/sh. A shell that is not there must not lock the user out: /bin/sh says so and takes its place.
 */

const STANDARD_SHELL = '/bin/sh';
const SHELL_FIELD = 6;

/** @param passwd the text of /etc/passwd */
export function shellOf(user: string, passwd: string): string {
  const fields = passwd
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === user);
  return fields?.[SHELL_FIELD]?.trim() || STANDARD_SHELL;
}

/** The command that makes a login shell of it. */
export const asLoginShell = (shell: string): string[] => [shell, '-l'];

/** What to start instead of a login shell that cannot be. */
export const insteadOf = (shell: string): string[] => [
  STANDARD_SHELL,
  '-c',
  'echo "$0 cannot be started, this is /bin/sh" >&2; exec /bin/sh -l',
  shell,
];
