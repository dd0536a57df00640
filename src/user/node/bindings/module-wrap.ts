// internalBinding('module_wrap') (module_wrap.cc): ECMAScript modules for Node's own loader. See ../esm/ for what a module
// is, and ../source/module-transform.ts for how its text becomes one.

import { type Cell, type ModuleBody, ModuleRecord, STATUS } from '../esm/module-record.ts';
import { makeNamespace } from '../esm/namespace.ts';
import type { Dict, Fn, MakeBinding } from '../runtime.ts';
import { type ImportedName, ModuleTransform } from '../source/module-transform.ts';
import { withoutHashbang } from './contextify.ts';

const EVALUATION_PHASE = 2;
const SOURCE_MAP = /^\/\/[#@]\s*sourceMappingURL=(\S+)\s*$/gm;

interface Ready {
  readonly ready: (cells: Readonly<Record<string, Cell>>) => Promise<void>;
  readonly nameDefault: (value: Fn) => void;
  readonly import: (specifier: unknown, options?: unknown) => Promise<unknown>;
  readonly meta: object;
}
type Main = (module: Ready, imports: object) => () => Generator<unknown, void> | Promise<unknown>;

export const moduleWrap: MakeBinding = (node) => {
  let initializeMeta: Fn | undefined;
  const namespaces = new WeakMap<ModuleRecord, object>();
  const wraps = new WeakMap<ModuleRecord, { readonly url: string }>();

  const namespaceOf = (record: ModuleRecord): object => {
    let namespace = namespaces.get(record);
    if (namespace === undefined) {
      const cells = new Map<string, Cell>();
      for (const name of record.exportedNames()) {
        const found = record.resolveExport(name, namespaceOf);
        if (typeof found === 'object') cells.set(name, found.cell);
      }
      namespace = makeNamespace(cells);
      namespaces.set(record, namespace);
    }
    return namespace;
  };

  const missingExport = (
    url: string,
    source: string,
    specifier: string,
    { name, start }: ImportedName,
    ambiguous: boolean,
  ): Error => {
    const error = new SyntaxError(
      ambiguous
        ? `The requested module '${specifier}' contains conflicting star exports for name '${name}'`
        : `The requested module '${specifier}' does not provide an export named '${name}'`,
    );
    node.fatal.pointAt(error, url, source, start, name.length);
    return error;
  };

  class ModuleWrap {
    readonly url: string;
    readonly sourceMapURL: string | undefined;
    readonly sourceURL: string | undefined;
    readonly #record: ModuleRecord;
    readonly #requests: readonly Dict[];
    #bind: () => void = () => {};
    #sourceObject: unknown;

    constructor(url: string, _context: unknown, third: unknown, fourth?: unknown, _column?: unknown, option?: unknown) {
      this.url = url;
      if (typeof third === 'string') {
        const made = this.#fromText(third, typeof option === 'symbol' ? option : undefined);
        this.#record = new ModuleRecord(made.body);
        this.#requests = made.requests;
        this.sourceMapURL = [...third.matchAll(SOURCE_MAP)].at(-1)?.[1];
      } else {
        this.#record = new ModuleRecord(this.#synthetic(third as readonly string[], fourth as Fn));
        this.#requests = [];
      }
      wraps.set(this.#record, this);
    }

    #synthetic(names: readonly string[], steps: Fn): ModuleBody {
      return {
        exportNames: [...names],
        indirectExports: new Map(),
        starExports: [],
        asynchronous: false,
        instantiate: () => {
          for (const name of names) if (!this.#record.cells.has(name)) this.#record.cells.set(name, () => undefined);
        },
        evaluate: () => {
          steps.call(this);
          return undefined;
        },
      };
    }

    #fromText(
      source: string,
      option: symbol | undefined,
    ): { readonly body: ModuleBody; readonly requests: readonly Dict[] } {
      const hostOption = option ?? Symbol(this.url);
      node.privates.set(this, 'host_defined_option_symbol', hostOption);
      const text = withoutHashbang(source);
      const { module, program } = this.#parse(text, source);
      const parts = module.run(program);
      node.fatal.remember(this.url, source, parts.shift);
      const main = this.#compile(parts.body, source);
      const imports: object = Object.create(null) as object;
      let begin: () => void = () => {};
      const started = new Promise<void>((resolve) => {
        begin = resolve;
      });
      let meta: object | undefined;
      const { url } = this;
      const initialize = (object: object): void => void initializeMeta?.(hostOption, object, this);
      const ready: Ready = {
        ready: (cells) => {
          for (const [name, cell] of Object.entries(cells)) this.#record.cells.set(name, cell);
          return started;
        },
        nameDefault: (value) => void Object.defineProperty(value, 'name', { value: 'default', configurable: true }),
        import: async (specifier, options) =>
          await node.dynamicImports.import(hostOption, url, `${specifier as string}`, options),
        get meta() {
          if (meta === undefined) {
            meta = Object.create(null) as object;
            initialize(meta);
          }
          return meta;
        },
      };
      this.#bind = () => {
        const find = (imported: ImportedName): Cell => {
          const target = this.#record.linked?.[imported.request] as ModuleRecord;
          if (imported.name === '*') return () => namespaceOf(target);
          const found = target.resolveExport(imported.name, namespaceOf);
          if (typeof found === 'object') return found.cell;
          const { specifier = '' } = parts.requests[imported.request] ?? {};
          throw missingExport(url, source, specifier, imported, found === 'ambiguous');
        };
        for (const imported of parts.indirectExports.values()) find(imported);
        for (const [local, imported] of parts.imports)
          Object.defineProperty(imports, local, { get: find(imported), enumerable: true, configurable: true });
      };
      let generator: Generator<unknown, void> | undefined;
      let running: Promise<unknown> | undefined;
      const body: ModuleBody = {
        exportNames: parts.localExports,
        indirectExports: parts.indirectExports,
        starExports: parts.starExports,
        asynchronous: parts.asynchronous,
        instantiate: () => {
          const made = main(ready, imports)();
          if (made instanceof Promise) {
            running = made;
            // Its failure is the evaluation's, which somebody waits for.
            running.catch(() => {});
          } else {
            generator = made;
            generator.next();
          }
        },
        evaluate: () => {
          if (generator !== undefined) {
            generator.next();
            return undefined;
          }
          begin();
          return running;
        },
      };
      const requests = parts.requests.map(({ specifier, attributes }) =>
        Object.freeze({ __proto__: null, specifier, attributes: Object.freeze(attributes), phase: EVALUATION_PHASE }),
      );
      return { body, requests: Object.freeze(requests) as unknown as readonly Dict[] };
    }

    #parse(text: string, source: string) {
      try {
        return { module: new ModuleTransform(text), program: node.parser.module(text) };
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        const { pos = 0 } = error as { pos?: number };
        const failure = new SyntaxError(error.message.replace(/ \(\d+:\d+\)$/, ''));
        node.fatal.pointAt(failure, this.url, source, pos, 1);
        throw failure;
      }
    }

    #compile(body: string, source: string): Main {
      try {
        return node.host.evaluate(`${body}\n//# sourceURL=${this.url}`) as Main;
      } catch (error) {
        if (error instanceof SyntaxError) node.fatal.decorate(error, this.url, source, true);
        throw error;
      }
    }

    getModuleRequests(): readonly Dict[] {
      return this.#requests;
    }
    link(modules: readonly ModuleWrap[]): void {
      this.#record.linked = modules.map((module) => module.#record);
    }
    instantiate(): void {
      this.#record.linked ??= [];
      this.#record.instantiate((record) => (wraps.get(record) as ModuleWrap).#bind());
    }
    getStatus(): number {
      return this.#record.status;
    }
    getError(): unknown {
      return this.#record.error;
    }
    getNamespace(): object {
      return namespaceOf(this.#record);
    }
    get hasTopLevelAwait(): boolean {
      return this.#record.body.asynchronous;
    }
    get hasAsyncGraph(): boolean {
      return this.#record.hasAsyncGraph();
    }
    /** Whether it has been started and is not over. */
    get unsettled(): boolean {
      return this.#pending;
    }
    #pending = false;

    evaluate(): Promise<unknown> {
      this.#pending = true;
      const promise = this.#record.evaluate();
      const over = (): void => {
        this.#pending = false;
      };
      promise.then(over, over);
      return promise;
    }
    evaluateSync(filename?: string, parent?: string): object {
      if (this.#record.hasAsyncGraph()) {
        const { ERR_REQUIRE_ASYNC_MODULE: AsyncModule } = node.require('internal/errors')['codes'] as Record<
          string,
          new (
            filename: unknown,
            parent: unknown,
          ) => Error
        >;
        throw AsyncModule === undefined ? new Error('async module') : new AsyncModule(filename, parent);
      }
      this.#record.evaluate().catch(() => {});
      if (this.#record.status === STATUS.errored) throw this.#record.error;
      return namespaceOf(this.#record);
    }
    setExport(name: string, value: unknown): void {
      this.#record.cells.set(name, () => value);
    }
    setModuleSourceObject(value: unknown): void {
      this.#sourceObject = value;
    }
    getModuleSourceObject(): unknown {
      return this.#sourceObject;
    }
    createCachedData(): unknown {
      return node.buffer(new Uint8Array(0));
    }
    static facadeOf(wrap: ModuleWrap): object {
      const record = wrap.#record;
      const cells = new Map<string, Cell>([['__esModule', () => true]]);
      for (const name of record.exportedNames()) {
        const found = record.resolveExport(name, namespaceOf);
        if (typeof found === 'object') cells.set(name, found.cell);
      }
      return makeNamespace(cells);
    }
  }
  node.mainModuleUnsettled = () => {
    const entry: unknown = Reflect.get(
      globalThis,
      node.privates.symbols['entry_point_module_private_symbol'] as symbol,
    );
    return entry instanceof ModuleWrap && entry.unsettled;
  };

  return {
    ModuleWrap,
    setImportModuleDynamicallyCallback: (callback: Fn) => {
      node.dynamicImports.callback = callback;
    },
    setInitializeImportMetaObjectCallback: (callback: Fn) => {
      initializeMeta = callback;
    },
    createRequiredModuleFacade: (wrap: ModuleWrap) => ModuleWrap.facadeOf(wrap),
    // The state of a promise is not known here; what it rejects with is told where it is awaited.
    throwIfPromiseRejected: () => {},
  };
};
