import { expect, test } from 'vitest';
import { staleReason } from './install.mjs';

const lock = {
  '': { version: '0.1.0' },
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/for-another-platform': { version: '1.0.0', optional: true },
};

test('what is installed is compared with the lock, package by package', () => {
  expect(staleReason(lock, undefined)).toBe('nothing is installed yet');
  expect(staleReason(lock, {})).toBe('node_modules/a is missing');
  expect(staleReason(lock, { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' } })).toBeUndefined();
  expect(staleReason(lock, { 'node_modules/a': { version: '1.0.1', integrity: 'sha512-a' } })).toMatch(/differs/);
  expect(staleReason(lock, { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-b' } })).toMatch(/differs/);
});

test('without a lock nothing can be said', () => {
  expect(() => staleReason(undefined, {})).toThrow('package-lock.json');
});
