// What `import()` in a script or function has become (source/rewrite-imports.ts): a call with the number of its site.

import type { Fn, NodeRuntime } from './runtime.ts';
import { DYNAMIC_IMPORT } from './source/rewrite-imports.ts';

const EVALUATION_PHASE = 2;

interface Site {
  readonly name: string;
  readonly option: symbol;
}

export class DynamicImports {
  /** importModuleDynamicallyCallback of the library. */
  callback: Fn | undefined;
  private readonly node: NodeRuntime;
  private readonly sites: Site[] = [];

  constructor(node: NodeRuntime) {
    this.node = node;
  }

  install(scope: object): void {
    const run = async (index: number, specifier: unknown, options?: unknown): Promise<unknown> => {
      const site = this.sites[index];
      if (site === undefined) throw new TypeError('import() of unknown code');
      return await this.import(site.option, site.name, `${specifier as string}`, options);
    };
    Object.defineProperty(scope, DYNAMIC_IMPORT, { value: run });
  }

  async import(option: symbol, name: string, specifier: string, options: unknown): Promise<unknown> {
    if (this.callback === undefined) throw new TypeError('import() is not available yet');
    return await this.callback(option, specifier, EVALUATION_PHASE, this.attributes(options), name);
  }

  attributes(options: unknown): Record<string, string> {
    const attributes = Object.create(null) as Record<string, string>;
    if (options === undefined) return attributes;
    if (typeof options !== 'object' || options === null)
      throw new TypeError('The second argument of import() must be an object');
    const { with: given } = options as { with?: unknown };
    if (given === undefined) return attributes;
    if (typeof given !== 'object' || given === null)
      throw new TypeError("The 'options' argument of import() must be an object");
    for (const [key, value] of Object.entries(given)) {
      if (typeof value !== 'string') throw new TypeError('Import attribute value must be a string');
      attributes[key] = value;
    }
    return attributes;
  }

  /** The number for the sites of a script. */
  add(name: string, option?: symbol): number {
    const fallback = this.node.symbols['vm_dynamic_import_default_internal'] as symbol;
    return this.sites.push({ name, option: option ?? fallback }) - 1;
  }
}
