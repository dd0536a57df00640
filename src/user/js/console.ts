// `print` and `console` of a script, over descriptors 1 and 2. Each call is one write.

import { formatConsole } from './inspect.ts';

type Write = (fd: number, text: string) => unknown;

export const makeConsole = (write: Write, now: () => number) => {
  let indent = '';
  const counts = new Map<string, number>();
  const starts = new Map<string, number>();
  const line = (fd: number, values: readonly unknown[]): void => {
    const text = formatConsole(values);
    write(fd, `${indent === '' ? text : indent + text.replaceAll('\n', `\n${indent}`)}\n`);
  };
  const elapsed = (label: string): string => `${label}: ${(now() - (starts.get(label) ?? now())).toFixed(3)}ms`;
  return {
    log: (...values: unknown[]): void => line(1, values),
    info: (...values: unknown[]): void => line(1, values),
    debug: (...values: unknown[]): void => line(1, values),
    dir: (value: unknown): void => line(1, [value]),
    warn: (...values: unknown[]): void => line(2, values),
    error: (...values: unknown[]): void => line(2, values),
    assert: (condition?: unknown, ...values: unknown[]): void => {
      if (!condition) line(2, values.length === 0 ? ['Assertion failed'] : ['Assertion failed:', ...values]);
    },
    count: (label = 'default'): void => {
      counts.set(label, (counts.get(label) ?? 0) + 1);
      line(1, [`${label}: ${counts.get(label)}`]);
    },
    group: (...values: unknown[]): void => {
      if (values.length > 0) line(1, values);
      indent += '  ';
    },
    groupEnd: (): void => {
      indent = indent.slice(2);
    },
    time: (label = 'default'): void => void starts.set(label, now()),
    timeLog: (label = 'default'): void => line(1, [elapsed(label)]),
    timeEnd: (label = 'default'): void => {
      line(1, [elapsed(label)]);
      starts.delete(label);
    },
    trace: (...values: unknown[]): void => {
      const { stack } = new Error();
      line(2, ['Trace:', ...values, `\n${(stack ?? '').split('\n').slice(2).join('\n')}`]);
    },
  };
};
