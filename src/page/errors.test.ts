import { promises as fs } from 'node:fs';
import { expect, test } from 'vitest';
import { codeOf, SystemError, systemError, TabOSError } from './errors.ts';

test('an error of the system reads as the one of Node', async () => {
  const control = await fs.readFile('/nonexistent/x').catch((error: unknown) => error as Error);
  const ours = new SystemError('ENOENT', 'open', '/nonexistent/x');
  expect(ours.message).toBe((control as Error).message);
  expect(ours).toMatchObject({ code: 'ENOENT', syscall: 'open', path: '/nonexistent/x' });
});

test('two paths are named in their order', async () => {
  const control = await fs.rename('/nonexistent/x', '/y').catch((error: unknown) => error as Error);
  expect(new SystemError('ENOENT', 'rename', '/nonexistent/x', '/y').message).toBe((control as Error).message);
});

test('what a worker threw becomes a SystemError only when it names an errno', () => {
  expect(systemError({ code: 'EACCES' }, 'open', '/x')).toBeInstanceOf(SystemError);
  const lost = new TabOSError('ERR_LOST', 'gone');
  expect(systemError(lost, 'open', '/x')).toBe(lost);
  const fault = new Error('a fault');
  expect(systemError(fault, 'open', '/x')).toBe(fault);
  expect(codeOf({ code: 5 })).toBeUndefined();
  expect(codeOf(null)).toBeUndefined();
});
