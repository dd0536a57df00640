import { describe, expect, it } from 'vitest';
import type { Errno } from '../../abi/errno.ts';
import { searchPath } from './search-path.ts';
import { SystemError } from './system-error.ts';

/** Tries that fail with the errno given for a file; gives what was tried. */
const tries = (outcomes: Readonly<Record<string, Errno | 'ok'>>) => {
  const tried: string[] = [];
  const start = (file: string, shell: boolean): string => {
    tried.push(shell ? `sh ${file}` : file);
    const outcome = shell ? 'ok' : (outcomes[file] ?? 'ENOENT');
    if (outcome !== 'ok') throw new SystemError(outcome, 'execve', file);
    return file;
  };
  return { tried, start };
};

describe('searchPath', () => {
  it('tries the directories in order', () => {
    const { tried, start } = tries({ '/b/x': 'ok' });
    expect(searchPath('x', '/a:/b:/c', start)).toBe('/b/x');
    expect(tried).toEqual(['/a/x', '/b/x']);
  });

  it('does not search for a name with a slash', () => {
    const { tried, start } = tries({});
    expect(() => searchPath('./x', '/a', start)).toThrow('ENOENT');
    expect(tried).toEqual(['./x']);
  });

  it('takes an empty element for the working directory, and has a default', () => {
    const { start } = tries({ './x': 'ok', '/usr/bin/y': 'ok' });
    expect(searchPath('x', '/a::/b', start)).toBe('./x');
    expect(searchPath('y', undefined, start)).toBe('/usr/bin/y');
  });

  it('prefers EACCES to ENOENT, and goes on after it', () => {
    const { start } = tries({ '/a/x': 'EACCES', '/c/y': 'ok', '/b/y': 'EACCES' });
    expect(() => searchPath('x', '/a:/b', start)).toThrow('EACCES');
    expect(searchPath('y', '/b:/c', start)).toBe('/c/y');
  });

  it('stops at other errors', () => {
    const { tried, start } = tries({ '/a/x': 'ENOMEM' });
    expect(() => searchPath('x', '/a:/b', start)).toThrow('ENOMEM');
    expect(tried).toEqual(['/a/x']);
  });

  it('gives to the shell what is executable and no program', () => {
    const { tried, start } = tries({ '/a/x': 'ENOEXEC' });
    expect(searchPath('x', '/a', start)).toBe('/a/x');
    expect(tried).toEqual(['/a/x', 'sh /a/x']);
  });
});
