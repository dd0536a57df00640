import { format, inspect as nodeInspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { formatAll, formatConsole, inspect } from './inspect.ts';

class Point {
  x = 1;
  y = 2;
}
class Empty {}

const circular: Record<string, unknown> = { a: 1 };
circular['self'] = circular;

/** Values that Node prints the same way. */
const CASES: readonly (readonly [string, unknown])[] = [
  ['a string', "it's"],
  ['quotes', ['plain', "it's", `"both" 'kinds'`, `all of "'\``, 'back\\slash']],
  ['a string in an object', { text: 'two\nlines' }],
  ['numbers', [0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 10n]],
  ['nothing', [null, undefined]],
  ['booleans and symbols', [true, Symbol('s')]],
  ['an empty object', {}],
  ['an empty array', []],
  ['nested', { a: { b: { c: {} } } }],
  ['too deep', { a: { b: { c: { d: 1 } } } }],
  ['a class instance', new Point()],
  ['an empty instance', new Empty()],
  ['no prototype', Object.create(null)],
  ['keys that need quotes', { 'a-b': 1, 2: 3, ok: 4 }],
  ['a symbol key', { [Symbol('key')]: 1 }],
  ['holes', [1, undefined, 3]],
  ['a map', new Map([['k', { v: 1 }]])],
  ['a set', new Set([1, 'two'])],
  ['a date', new Date(0)],
  ['a regular expression', /x+/gi],
  ['functions', [function named() {}, () => {}, async () => {}]],
  ['a typed array', Uint8Array.of(1, 2, 3)],
  [
    'accessors',
    {
      get a() {
        return 1;
      },
      set b(_v: number) {},
    },
  ],
];

describe('inspect', () => {
  it.each(CASES)('prints %s as Node does', (_name, value) => {
    expect(inspect(value)).toBe(nodeInspect(value));
  });

  it('prints the class of a class, holes, and what refers to itself', () => {
    expect(inspect(Point)).toBe('[class Point]');
    const sparse = [1];
    sparse[3] = 2;
    expect(inspect(sparse)).toBe('[ 1, <2 empty items>, 2 ]');
    expect(inspect(circular)).toBe('{ a: 1, self: [Circular] }');
  });

  it('breaks what does not fit in a line', () => {
    const value = { first: 'x'.repeat(40), second: ['y'.repeat(30), 2] };
    expect(inspect(value)).toBe(`{\n  first: '${'x'.repeat(40)}',\n  second: [ '${'y'.repeat(30)}', 2 ]\n}`);
  });

  it('shows the beginning of long arrays', () => {
    const text = inspect(Array.from({ length: 150 }, (_, i) => i));
    expect(text).toContain('99');
    expect(text).toContain('... 50 more items');
  });

  it('shows errors with their stack, and their own properties', () => {
    const error = Object.assign(new TypeError('bad'), { code: 'EBAD' });
    expect(inspect(error)).toMatch(/^TypeError: bad\n {4}at [\s\S]*\{\n {2}code: 'EBAD'\n\}$/);
  });
});

describe('formatAll', () => {
  it('leaves strings as they are', () => {
    expect(formatAll(['a', 'b', 1, { c: 'd' }])).toBe("a b 1 { c: 'd' }");
  });
});

describe('formatConsole', () => {
  it.each([
    [['%s is %d', 'x', 42, 'more', { a: 1 }]],
    [['%i %f %d', '42.9px', '1.5', '7']],
    [['%j %o', { a: [1] }, [1]].slice(0, 2)],
    [['100%', 1]],
    [['%% %s %s', 'only one']],
    [['%s', null, undefined]],
    [['%s %d', 10n, 10n]],
    [['%cstyled', 'color: red']],
    [[{ not: 'a string' }, '%s']],
    [['%s']],
  ])('formats as Node does (%#)', (values) => {
    expect(formatConsole(values)).toBe(format(...values));
  });
});
