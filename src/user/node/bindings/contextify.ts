// internalBinding('contextify') (node_contextify.cc): compiling and running source text of the guest.
//
// A function or script is an indirect `eval` of the text with a header on its first line (so that lines hold) and its
// name in a sourceURL. There is no second realm in a worker: contexts of `vm` are an object before the globals.

import type { Dict, Fn, MakeBinding, NodeRuntime } from '../runtime.ts';
import { toReplScript } from '../source/repl-script.ts';
import { rewriteImports } from '../source/rewrite-imports.ts';

const MODULE_PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname'];

/** What V8 says of module syntax in a script. */
const MODULE_ERRORS =
  /Cannot use import statement outside a module|Unexpected token 'export'|Cannot use 'import\.meta' outside a module|import declarations may only appear at top level|export declarations may only appear at top level|import\.meta may only appear in a module/;
/** Allowed in a module only when the rest parses as one. */
const MAYBE_MODULE_ERRORS =
  /Identifier '(?:__filename|__dirname|require|module|exports)' has already been declared|await is only valid in async functions and the top level bodies of modules|Unexpected reserved word|Unexpected strict mode reserved word|redeclaration of|await is only valid/;

const SOURCE_MAP = /^\/\/[#@]\s*sourceMappingURL=(\S+)\s*$/gm;
const SOURCE_URL = /^\/\/[#@]\s*sourceURL=(\S+)\s*$/gm;

const last = (text: string, pattern: RegExp): string | undefined => [...text.matchAll(pattern)].at(-1)?.[1];

/** A hashbang is a comment, only at the very start. */
export const withoutHashbang = (source: string): string => (source.startsWith('#!') ? `//${source.slice(2)}` : source);

/** A function with these parameters and this body; its errors and frames have the name and places of the text. */
const compileFunctionText = (node: NodeRuntime, source: string, name: string, parameters: readonly string[]): Fn => {
  const head = `(function (${parameters.join(', ')}) { `;
  const text = withoutHashbang(source);
  node.fatal.remember(name, source, head.length);
  const body = rewriteImports(node, text, name);
  try {
    return node.host.evaluate(`${head}${body}\n})\n//# sourceURL=${name}`) as Fn;
  } catch (error) {
    if (error instanceof SyntaxError) node.fatal.decorate(error, name, source);
    throw error;
  }
};

const compiles = (node: NodeRuntime, source: string): boolean => {
  try {
    node.parser.module(withoutHashbang(source));
    return true;
  } catch {
    return false;
  }
};

const looksLikeModule = (node: NodeRuntime, error: unknown, source: string): boolean => {
  if (!(error instanceof SyntaxError)) return false;
  if (!MODULE_ERRORS.test(error.message) && !MAYBE_MODULE_ERRORS.test(error.message)) return false;
  return compiles(node, source);
};

export const contextify: MakeBinding = (node) => {
  const contextSymbol = node.privates.symbols['contextify_context_private_symbol'] as symbol;

  const notYet = (what: string): never => {
    throw Object.assign(new Error(`${what} is not implemented`), { code: 'ERR_METHOD_NOT_IMPLEMENTED' });
  };

  class ContextifyScript {
    readonly #code: string;
    readonly #name: string;
    readonly sourceMapURL: string | undefined;
    readonly sourceURL: string | undefined;
    cachedDataRejected: boolean | undefined;
    constructor(
      code: string,
      name = 'evalmachine.<anonymous>',
      _lineOffset = 0,
      _columnOffset = 0,
      cachedData?: unknown,
      _produce?: boolean,
      _context?: object,
      hostDefinedOption?: symbol,
    ) {
      this.#code = withoutHashbang(code);
      this.#name = name;
      this.sourceMapURL = last(code, SOURCE_MAP);
      this.sourceURL = last(code, SOURCE_URL);
      if (cachedData !== undefined) this.cachedDataRejected = true;
      node.privates.set(this, 'host_defined_option_symbol', hostDefinedOption ?? Symbol(name));
      node.fatal.remember(name, code, 0);
      // Told at construction, as in Node.
      try {
        node.host.checkSyntax(this.#code);
      } catch (error) {
        if (error instanceof SyntaxError) node.fatal.decorate(error, name, code);
        throw error;
      }
    }
    runInContext(
      sandbox: object | null,
      timeout: number,
      _display: boolean,
      _sigint: boolean,
      _break: boolean,
    ): unknown {
      if (timeout !== -1 && timeout !== undefined) notYet('a timeout of vm');
      const option = node.privates.get(this, 'host_defined_option_symbol') as symbol;
      const repl = this.#name.startsWith('REPL');
      const text = rewriteImports(node, repl ? toReplScript(node, this.#code) : this.#code, this.#name, option);
      if (sandbox !== null) return node.contexts.run(sandbox, text, this.#name);
      return node.host.evaluate(`${text}\n//# sourceURL=${this.#name}`);
    }
    createCachedData(): unknown {
      return node.buffer(new Uint8Array(0));
    }
  }

  return {
    ContextifyScript,
    constants: { measureMemory: { mode: { SUMMARY: 0, DETAILED: 1 }, execution: { DEFAULT: 0, EAGER: 1 } } },
    compileFunction: (
      code: string,
      name: string,
      _lineOffset: number,
      _columnOffset: number,
      _cachedData: unknown,
      _produce: boolean,
      context: object | undefined,
      extensions: readonly object[] | undefined,
      parameters: readonly string[] | undefined,
      hostDefinedOption: symbol | undefined,
    ): Dict => {
      if (context !== undefined && context !== globalThis) notYet('vm.compileFunction in another context');
      if (extensions !== undefined && extensions.length > 0) notYet('vm.compileFunction with context extensions');
      const compiled = compileFunctionText(node, code, name, parameters ?? []);
      node.privates.set(compiled, 'host_defined_option_symbol', hostDefinedOption ?? Symbol(name));
      return { function: compiled, sourceMapURL: last(code, SOURCE_MAP), sourceURL: last(code, SOURCE_URL) };
    },
    compileFunctionForCJSLoader: (code: string, name: string, _sea: boolean, detect: boolean): Dict => {
      const urls = { sourceMapURL: last(code, SOURCE_MAP), sourceURL: last(code, SOURCE_URL) };
      try {
        const compiled = compileFunctionText(node, code, name, MODULE_PARAMETERS);
        const option = node.symbols['vm_dynamic_import_default_internal'];
        node.privates.set(compiled, 'host_defined_option_symbol', option);
        return { cachedDataRejected: false, ...urls, canParseAsESM: false, function: compiled };
      } catch (error) {
        if (detect && looksLikeModule(node, error, code))
          return { cachedDataRejected: false, ...urls, canParseAsESM: true, function: undefined };
        throw error;
      }
    },
    containsModuleSyntax: (code: string, name: string | undefined): boolean => {
      try {
        const head = `(function (${MODULE_PARAMETERS.join(', ')}) {`;
        node.host.checkSyntax(`${head}${withoutHashbang(code)}\n})`);
        return false;
      } catch (error) {
        if (name === undefined && !(error instanceof SyntaxError)) return false;
        return looksLikeModule(node, error, code);
      }
    },
    makeContext: (object: object | symbol): unknown => {
      const target = typeof object === 'symbol' ? {} : object;
      node.contexts.make(target);
      (target as Dict)[contextSymbol] = target;
      return target;
    },
    startSigintWatchdog: () => true,
    stopSigintWatchdog: () => false,
    watchdogHasPendingSigint: () => false,
    measureMemory: () => notYet('vm.measureMemory'),
  };
};
