import { expect, test } from 'vitest';
import { OptionError, readOptions } from './options.ts';

test('without a query it is the default machine with a login shell', () => {
  expect(readOptions('')).toEqual({
    machine: 'default',
    ephemeral: false,
    attach: undefined,
    command: undefined,
    shell: undefined,
  });
  expect(readOptions('?machine=')).toMatchObject({ machine: 'default' });
});

test('a machine is named by letters, digits, dots, dashes and underscores', () => {
  expect(readOptions('?machine=My-machine_1.0')).toMatchObject({ machine: 'My-machine_1.0' });
  for (const bad of ['../x', 'a/b', '.hidden', '-x', 'a b', 'ä', 'x'.repeat(65)]) {
    expect(() => readOptions(`?machine=${encodeURIComponent(bad)}`), bad).toThrow(OptionError);
  }
});

test('an ephemeral machine has a name that nobody else has, whatever name is given', () => {
  const [one, two] = [readOptions('?ephemeral&machine=x'), readOptions('?ephemeral=1')];
  expect(one.ephemeral && two.ephemeral).toBe(true);
  expect(one.machine).not.toBe(two.machine);
  expect(readOptions('?ephemeral=0').ephemeral).toBe(false);
});

test('attach takes the number of a terminal, command a script, shell a program', () => {
  expect(readOptions('?attach=12&command=ls%20-l')).toMatchObject({ attach: 12, command: 'ls -l' });
  expect(readOptions('?shell=/bin/dash')).toMatchObject({ shell: '/bin/dash' });
  for (const bad of ['', 'x', '-1', '1.5']) expect(() => readOptions(`?attach=${bad}`), bad).toThrow(OptionError);
});
