// Module records: linking and evaluation of ECMAScript modules as the specification describes them (sec-source-text-
// module-records), over bodies that are functions (source/module-transform.ts) or steps of Node's library (synthetic).

export const STATUS = {
  uninstantiated: 0,
  instantiating: 1,
  instantiated: 2,
  evaluating: 3,
  evaluated: 4,
  errored: 5,
} as const;

/** Reads the value of a binding. */
export type Cell = () => unknown;
type Resolution = { readonly module: ModuleRecord; readonly cell: Cell } | 'ambiguous' | undefined;

export interface IndirectExport {
  readonly request: number;
  readonly name: string;
}

export interface ModuleBody {
  /** Begin: declarations are hoisted and the getters of the local exports known. */
  readonly instantiate: () => void;
  /** Run it. A promise when it is asynchronous. */
  readonly evaluate: () => Promise<unknown> | undefined;
  readonly asynchronous: boolean;
  readonly exportNames: readonly string[];
  readonly indirectExports: ReadonlyMap<string, IndirectExport>;
  readonly starExports: readonly number[];
}

interface Capability {
  readonly promise: Promise<undefined>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const capability = (): Capability => {
  let resolve: () => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<undefined>((yes, no) => {
    resolve = () => yes(undefined);
    reject = no;
  });
  return { promise, resolve, reject };
};

let evaluationOrder = 0;

export class ModuleRecord {
  readonly body: ModuleBody;
  readonly cells = new Map<string, Cell>();
  linked: readonly ModuleRecord[] | undefined;
  status: number = STATUS.uninstantiated;
  error: unknown;
  /** Settles when the module it was asked for, and all it needs, has run. */
  topLevel: Capability | undefined;
  private index = 0;
  private ancestor = 0;
  private cycleRoot: ModuleRecord | undefined;
  private asyncOrder: number | undefined;
  private waiting = 0;
  private readonly parents: ModuleRecord[] = [];

  constructor(body: ModuleBody) {
    this.body = body;
  }

  exportedNames(seen = new Set<ModuleRecord>()): string[] {
    if (seen.has(this)) return [];
    seen.add(this);
    const names = new Set([...this.body.exportNames, ...this.body.indirectExports.keys()]);
    for (const request of this.body.starExports)
      for (const name of this.linked?.[request]?.exportedNames(seen) ?? []) if (name !== 'default') names.add(name);
    return [...names];
  }

  resolveExport(
    name: string,
    namespaceOf: (module: ModuleRecord) => object,
    seen: [ModuleRecord, string][] = [],
  ): Resolution {
    if (seen.some(([module, known]) => module === this && known === name)) return undefined;
    seen.push([this, name]);
    if (this.body.exportNames.includes(name)) {
      return {
        module: this,
        cell: () => {
          const cell = this.cells.get(name);
          if (cell === undefined) throw new ReferenceError(`Cannot access '${name}' before initialization`);
          return cell();
        },
      };
    }
    const indirect = this.body.indirectExports.get(name);
    if (indirect !== undefined) {
      const target = this.linked?.[indirect.request];
      if (target === undefined) return undefined;
      if (indirect.name === '*') return { module: target, cell: () => namespaceOf(target) };
      return target.resolveExport(indirect.name, namespaceOf, seen);
    }
    if (name === 'default') return undefined;
    let found: Resolution;
    for (const request of this.body.starExports) {
      const resolution = this.linked?.[request]?.resolveExport(name, namespaceOf, seen);
      if (resolution === 'ambiguous') return resolution;
      if (resolution === undefined) continue;
      if (found === undefined) found = resolution;
      else if (typeof found === 'object' && found.module !== resolution.module) return 'ambiguous';
    }
    return found;
  }

  /** Every module that this one reaches and that is not instantiated. */
  private uninstantiated(into = new Set<ModuleRecord>()): Set<ModuleRecord> {
    if (this.status !== STATUS.uninstantiated || into.has(this)) return into;
    into.add(this);
    for (const module of this.linked ?? []) module.uninstantiated(into);
    return into;
  }

  /** Instantiate this module and what it needs. `bind` checks and makes the imports of one; on an error nothing is. */
  instantiate(bind: (module: ModuleRecord) => void): void {
    const modules = [...this.uninstantiated()];
    for (const module of modules) module.status = STATUS.instantiating;
    try {
      for (const module of modules) bind(module);
      for (const module of modules.reverse()) module.body.instantiate();
    } catch (error) {
      for (const module of modules) module.status = STATUS.uninstantiated;
      throw error;
    }
    for (const module of modules) module.status = STATUS.instantiated;
  }

  /** Does it, or anything it needs, wait at its top level? */
  hasAsyncGraph(seen = new Set<ModuleRecord>()): boolean {
    if (seen.has(this)) return false;
    seen.add(this);
    return this.body.asynchronous || (this.linked ?? []).some((module) => module.hasAsyncGraph(seen));
  }

  /** Evaluate(). */
  evaluate(): Promise<undefined> {
    const root = this.status >= STATUS.evaluated ? (this.cycleRoot ?? this) : this;
    if (root.topLevel !== undefined) return root.topLevel.promise;
    const made = capability();
    root.topLevel = made;
    const stack: ModuleRecord[] = [];
    try {
      root.innerEvaluate(stack, 0);
      if (root.asyncOrder === undefined) made.resolve();
    } catch (error) {
      for (const module of stack) module.fail(error);
      made.reject(error);
    }
    return made.promise;
  }

  private fail(error: unknown): void {
    this.status = STATUS.errored;
    this.error = error;
  }

  private innerEvaluate(stack: ModuleRecord[], index: number): number {
    if (this.status === STATUS.errored) throw this.error;
    if (this.status === STATUS.evaluated || this.status === STATUS.evaluating) return index;
    this.status = STATUS.evaluating;
    this.index = index;
    this.ancestor = index;
    this.waiting = 0;
    let next = index + 1;
    stack.push(this);
    for (const module of this.linked ?? []) {
      next = module.innerEvaluate(stack, next);
      let required = module;
      if (required.status === STATUS.evaluating && stack.includes(required)) {
        this.ancestor = Math.min(this.ancestor, required.ancestor);
      } else {
        required = required.cycleRoot ?? required;
        if (required.status === STATUS.errored) throw required.error;
      }
      if (required.asyncOrder !== undefined && !required.settled) {
        this.waiting++;
        required.parents.push(this);
      }
    }
    if (this.waiting > 0 || this.body.asynchronous) {
      this.asyncOrder = evaluationOrder++;
      if (this.waiting === 0) this.executeAsync();
    } else {
      void this.body.evaluate();
    }
    if (this.ancestor === this.index) this.closeCycle(stack);
    return next;
  }

  private settled = false;

  private closeCycle(stack: ModuleRecord[]): void {
    for (;;) {
      const module = stack.pop();
      if (module === undefined) return;
      module.status = STATUS.evaluated;
      if (module.asyncOrder === undefined) module.settled = true;
      module.cycleRoot = this;
      if (module === this) return;
    }
  }

  private executeAsync(): void {
    const promise = this.body.evaluate() ?? Promise.resolve();
    void promise.then(
      () => this.fulfilled(),
      (error: unknown) => this.rejected(error),
    );
  }

  private gatherAvailable(into: ModuleRecord[]): void {
    for (const parent of this.parents) {
      if (into.includes(parent) || parent.cycleRoot?.status === STATUS.errored) continue;
      parent.waiting--;
      if (parent.waiting > 0) continue;
      into.push(parent);
      if (!parent.body.asynchronous) parent.gatherAvailable(into);
    }
  }

  private fulfilled(): void {
    if (this.status === STATUS.errored) return;
    this.settled = true;
    this.topLevel?.resolve();
    const ready: ModuleRecord[] = [];
    this.gatherAvailable(ready);
    for (const module of ready.sort((a, b) => (a.asyncOrder ?? 0) - (b.asyncOrder ?? 0))) {
      if (module.status === STATUS.errored) continue;
      if (module.body.asynchronous) {
        module.executeAsync();
        continue;
      }
      try {
        void module.body.evaluate();
      } catch (error) {
        module.rejected(error);
        continue;
      }
      module.settled = true;
      module.topLevel?.resolve();
    }
  }

  private rejected(error: unknown): void {
    if (this.status === STATUS.errored) return;
    this.fail(error);
    this.settled = true;
    for (const parent of this.parents) parent.rejected(error);
    this.topLevel?.reject(error);
  }
}
