// The imports of a guest: only what its module names, made from the tables of the two modules that are offered here.
//
// `tabos` is the system itself (tabos-imports.ts), `wasi_snapshot_preview1` the standard one (wasi/preview1.ts). Nothing
// is kept between starts: a module that was posted is a new object each time, and to look it through takes 20 us.

import { preview1 } from '../wasi/preview1.ts';
import type { Binder, Guest, ImportFunction } from './guest.ts';
import { tabosImport } from './tabos-imports.ts';

const TABOS_MODULE = 'tabos';
const PREVIEW1_MODULE = 'wasi_snapshot_preview1';

export interface Plan {
  /** The first import that nobody offers, as MODULE.FIELD. */
  readonly unknown: string | undefined;
  readonly binders: readonly (readonly [module: string, name: string, bind: Binder])[];
  /** Imports from `tabos`: the program knows the system, and gets no preopened directories. */
  readonly native: boolean;
  /** It imports its memory, as `env.memory`: see worker-memory.ts. */
  readonly borrowsMemory: boolean;
}

const lookUp = (module: string, name: string): Binder | undefined => {
  if (module === TABOS_MODULE) return tabosImport(name);
  if (module === PREVIEW1_MODULE) return preview1(name);
  return undefined;
};

export const importPlan = (module: WebAssembly.Module): Plan => {
  const binders: [string, string, Binder][] = [];
  let unknown: string | undefined;
  let native = false;
  let borrowsMemory = false;
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind === 'memory' && from === 'env' && name === 'memory') {
      borrowsMemory = true;
      continue;
    }
    const bind = kind === 'function' ? lookUp(from, name) : undefined;
    if (bind === undefined) unknown ??= `${from}.${name}`;
    else binders.push([from, name, bind]);
    native ||= from === TABOS_MODULE;
  }
  return { unknown, binders, native, borrowsMemory };
};

/** `memory`: what a program that borrows its memory gets. */
export const bindImports = (plan: Plan, guest: Guest, memory: WebAssembly.Memory | undefined): WebAssembly.Imports => {
  const imports: Record<string, Record<string, ImportFunction | WebAssembly.Memory>> = {};
  if (memory !== undefined) imports['env'] = { memory };
  for (const [module, name, bind] of plan.binders) {
    imports[module] ??= {};
    imports[module][name] = bind(guest);
  }
  return imports as WebAssembly.Imports;
};
