/**
 * Checks what the page's own code passes to the public API, before anything of it reaches the machine: a wrong type, a
 * value that cannot be, an option that does not exist. Each throws a TabOSError that names the call and the argument.
 */
import { TabOSError } from './errors.ts';

function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > 40 ? `${value.slice(0, 40)}...` : value}'`;
  if (typeof value === 'object' && value !== null) return `an instance of ${value.constructor?.name ?? 'Object'}`;
  return typeof value === 'function' ? 'a function' : String(value);
}

/** @throws TabOSError ERR_INVALID_ARG_TYPE */
export function wrongType(call: string, name: string, wanted: string, value: unknown): TabOSError {
  return new TabOSError('ERR_INVALID_ARG_TYPE', `${call}: ${name} must be ${wanted}, not ${shown(value)}`);
}

export function wrongValue(call: string, name: string, wanted: string, value: unknown): TabOSError {
  return new TabOSError('ERR_INVALID_ARG_VALUE', `${call}: ${name} must be ${wanted}, not ${shown(value)}`);
}

/** Null and undefined stand for no options. @throws TabOSError ERR_INVALID_ARG_TYPE, ERR_UNKNOWN_OPTION */
export function checkOptions(call: string, options: unknown, known: readonly string[]): void {
  if (options === undefined || options === null) return;
  if (typeof options !== 'object' || Array.isArray(options)) throw wrongType(call, 'options', 'an object', options);
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const list = known.length > 0 ? `: it has ${known.join(', ')}` : '';
    throw new TabOSError('ERR_UNKNOWN_OPTION', `${call} has no option '${name}'${list}`);
  }
}

export function checkPath(call: string, name: string, path: unknown): asserts path is string {
  if (typeof path !== 'string') throw wrongType(call, name, 'a string', path);
  if (path.includes('\0')) throw wrongValue(call, name, 'a string without NUL', path);
}

export function checkBoolean(call: string, name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'boolean') throw wrongType(call, name, 'a boolean', value);
}

export function checkInteger(call: string, name: string, value: unknown, max: number): asserts value is number {
  if (typeof value !== 'number') throw wrongType(call, name, 'a number', value);
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw wrongValue(call, name, `an integer from 0 to ${max}`, value);
  }
}

/** Milliseconds since the epoch for what Node takes as a time: a Date, or seconds as a number. */
export function checkTime(call: string, name: string, value: unknown): number {
  const ms = value instanceof Date ? value.getTime() : typeof value === 'number' ? value * 1000 : undefined;
  if (ms === undefined) throw wrongType(call, name, 'a Date or a number of seconds', value);
  if (!Number.isFinite(ms)) throw wrongValue(call, name, 'a time', value);
  return ms;
}

/** One of a list of words. */
export function checkWord(call: string, name: string, value: unknown, words: readonly string[]): void {
  if (typeof value === 'string' && words.includes(value)) return;
  throw wrongValue(call, name, `one of ${words.join(', ')}`, value);
}
