// `import()` in scripts and functions: the syntax would reach for the engine's own loader, so it becomes a call of
// Node's. Positions hold but for the columns behind it on its line.

import type { NodeRuntime } from '../runtime.ts';

/** Cannot begin an identifier that the guest has. */
export const DYNAMIC_IMPORT = '__tabos_import__';

const MAY_IMPORT = /\bimport\s*(?:\/\*[\s\S]*?\*\/\s*)?\(/;

interface ImportExpression {
  readonly start: number;
  readonly end: number;
}

export const rewriteImports = (node: NodeRuntime, source: string, name: string, option?: symbol): string => {
  if (!MAY_IMPORT.test(source)) return source;
  let found: readonly ImportExpression[];
  try {
    found = node.parser.imports(source);
  } catch {
    // It does not parse: the engine says why.
    return source;
  }
  if (found.length === 0) return source;
  const call = node.dynamicImports.add(name, option);
  let out = '';
  let at = 0;
  for (const { start } of found) {
    out += `${source.slice(at, start)}${DYNAMIC_IMPORT}(${call}, `;
    // Past `import` and the parenthesis.
    at = source.indexOf('(', start) + 1;
  }
  return out + source.slice(at);
};
