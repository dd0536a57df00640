// The command line of node, as node_options-inl.h reads it: options up to the first argument that is none, from the
// tables of the native side; before them those of NODE_OPTIONS.

import type { OptionInfo, Tables } from './library.ts';

const TYPE = { noOp: 0, v8: 1, boolean: 2, integer: 3, unsigned: 4, string: 5, hostPort: 6, list: 7 } as const;
const NOT_IN_ENVIRONMENT = 1;
/** Exit code for an option that is not understood. */
export const INVALID_ARGUMENT = 9;

/** What an option switches on beside itself. */
const IMPLIES: Readonly<Record<string, readonly string[]>> = {
  '--eval': ['[has_eval_string]'],
  '--env-file': ['[has_env_file_string]'],
  '--env-file-if-exists': ['[has_env_file_string]'],
  '--experimental-transform-types': ['--strip-types', '--enable-source-maps'],
  '--watch-path': ['--watch'],
  '--trace-env-js-stack': ['--trace-env'],
  '--trace-env-native-stack': ['--trace-env'],
};

/** Options of the engine: accepted, and without effect here. */
const ENGINE =
  /^--(?:no-)?(?:harmony|allow-natives-syntax|stack-size|stack-trace-limit|max-|min-|semi-|gc-|trace-|turbo|opt|sparkplug|maglev|lite-mode|single-threaded|predictable|random-seed|expose-|enable-|abort-|log|prof|perf|use-|js-|wasm-|experimental-wasm|huge-max|initial-|optimize-|always-|stress-|async-stack|concurrent-|rehash)/;

export interface Options {
  readonly values: Record<string, unknown>;
  /** What was consumed of the command line. */
  readonly execArgv: readonly string[];
  /** The rest: the script and its arguments. */
  readonly rest: readonly string[];
  /** Why nothing can be run, without the program's name. */
  readonly error: string | undefined;
}

class BadOption extends Error {}

/** NODE_OPTIONS: words by spaces; double quotes hold them together, with backslash as an escape in them. */
const splitWords = (text: string): string[] => {
  const words: string[] = [];
  let word = '';
  let quoted = false;
  let started = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string;
    if (c === '\\' && quoted) {
      i++;
      if (i === text.length) throw new BadOption('invalid value for NODE_OPTIONS (invalid escape)');
      word += text[i];
    } else if (c === ' ' && !quoted) {
      if (started) words.push(word);
      word = '';
      started = false;
    } else if (c === '"') {
      quoted = !quoted;
      started = true;
    } else {
      word += c;
      started = true;
    }
  }
  if (quoted) throw new BadOption('invalid value for NODE_OPTIONS (unterminated string)');
  if (started) words.push(word);
  return words;
};

class OptionParser {
  readonly values: Record<string, unknown>;
  private readonly infos: ReadonlyMap<string, OptionInfo>;
  private readonly aliases: ReadonlyMap<string, readonly string[]>;

  constructor({ options }: Tables) {
    this.infos = new Map(options.infos);
    this.aliases = new Map(options.aliases);
    this.values = structuredClone(options.values) as Record<string, unknown>;
  }

  /** Take the options at the beginning of `args`; gives how many arguments they were. */
  parse(args: readonly string[], fromEnvironment: boolean): number {
    const queue = [...args];
    let synthetic = 0;
    const take = (): string => {
      const next = queue.shift() as string;
      if (synthetic > 0) synthetic--;
      return next;
    };
    while (queue.length > 0) {
      const first = queue[0] as string;
      if (first.length <= 1 || !first.startsWith('-')) {
        if (fromEnvironment) throw new BadOption(`${first} is not allowed in NODE_OPTIONS`);
        break;
      }
      if (first === '--' && !fromEnvironment) {
        take();
        break;
      }
      const arg = take();
      const expansion = this.expand(arg, queue[0]);
      if (expansion !== undefined) {
        queue.unshift(...expansion);
        synthetic += expansion.length;
        continue;
      }
      this.option(arg, fromEnvironment, (name) => {
        const next = queue[0];
        if (next === undefined || (next.startsWith('-') && next.length > 1))
          throw new BadOption(`${name} requires an argument`);
        const value = take();
        return value.startsWith('\\-') ? value.slice(1) : value;
      });
    }
    return args.length - (queue.length - synthetic);
  }

  private expand(arg: string, next: string | undefined): readonly string[] | undefined {
    const equals = arg.indexOf('=');
    if (equals > 0) {
      const name = arg.slice(0, equals);
      const value = arg.slice(equals + 1);
      const withValue = this.aliases.get(`${name}=`);
      if (withValue !== undefined) return [`${withValue[0]}=${value}`, ...withValue.slice(1)];
      const plain = this.aliases.get(name);
      if (plain !== undefined && plain.length === 1) return [`${plain[0]}=${value}`];
      return undefined;
    }
    const argument = this.aliases.get(`${arg} <arg>`);
    if (argument !== undefined && next !== undefined && !(next.startsWith('-') && next.length > 1)) return argument;
    return this.aliases.get(arg);
  }

  private option(arg: string, fromEnvironment: boolean, nextValue: (name: string) => string): void {
    const equals = arg.startsWith('--') ? arg.indexOf('=') : -1;
    let name = equals < 0 ? arg : arg.slice(0, equals);
    if (name.startsWith('--')) name = `--${name.slice(2).replaceAll('_', '-')}`;
    let negated = false;
    let info = this.infos.get(name);
    if (info === undefined && name.startsWith('--no-')) {
      info = this.infos.get(`--${name.slice(5)}`);
      if (info !== undefined) {
        negated = true;
        name = `--${name.slice(5)}`;
      }
    }
    if (info === undefined) {
      if (ENGINE.test(name)) return;
      throw new BadOption(`bad option: ${arg}`);
    }
    if (fromEnvironment && info.envVarSettings === NOT_IN_ENVIRONMENT)
      throw new BadOption(`${arg} is not allowed in NODE_OPTIONS`);
    if (negated && info.type !== TYPE.boolean && info.type !== TYPE.v8 && info.type !== TYPE.noOp)
      throw new BadOption(`--no-${name.slice(2)} is an invalid negation because it is not a boolean option`);
    for (const other of IMPLIES[name] ?? []) this.values[other] = !negated;
    const value = (): string => (equals < 0 ? nextValue(name) : arg.slice(equals + 1));
    this.set(name, info, negated, value, equals >= 0);
  }

  private set(name: string, info: OptionInfo, negated: boolean, value: () => string, given: boolean): void {
    switch (info.type) {
      case TYPE.boolean:
        if (given) throw new BadOption(`${name} does not take an argument`);
        this.values[name] = !negated;
        break;
      case TYPE.integer:
      case TYPE.unsigned:
        this.values[name] = Math.trunc(Number(value())) || 0;
        break;
      case TYPE.string: {
        const text = value();
        if (text === '' && name !== '--eval' && name !== '--title') throw new BadOption(`${name} requires an argument`);
        this.values[name] = text;
        break;
      }
      case TYPE.hostPort:
        value();
        break;
      case TYPE.list:
        (this.values[name] as string[]).push(value());
        break;
      default:
        // Without effect; some take a value.
        break;
    }
  }
}

/** `args` without the program's name. */
export const parseOptions = (tables: Tables, args: readonly string[], nodeOptions: string | undefined): Options => {
  const parser = new OptionParser(tables);
  try {
    if (nodeOptions !== undefined) parser.parse(splitWords(nodeOptions), true);
    const count = parser.parse(args, false);
    const { values } = parser;
    if (values['--check'] === true && values['[has_eval_string]'] === true)
      throw new BadOption('either --check or --eval can be used, not both');
    const execArgv = args.slice(0, count).filter((arg, i) => !(arg === '--' && i === count - 1));
    return { values, execArgv, rest: args.slice(count), error: undefined };
  } catch (error) {
    if (!(error instanceof BadOption)) throw error;
    return { values: parser.values, execArgv: [], rest: [], error: error.message };
  }
};
