// A line of the REPL as a script whose declarations stay: an indirect eval keeps `let`, `const` and `class` to itself,
// so at the top level they become `var`, which makes a property of the global object.

import type { NodeRuntime } from '../runtime.ts';

interface Statement {
  readonly type: string;
  readonly start: number;
  readonly kind?: string;
  readonly id?: { readonly name: string };
}

export const toReplScript = (node: NodeRuntime, source: string): string => {
  if (!/\b(?:let|const|class)\b/.test(source)) return source;
  let body: readonly Statement[];
  try {
    ({ body } = node.parser.script(source) as unknown as { body: readonly Statement[] });
  } catch {
    return source;
  }
  let out = '';
  let at = 0;
  for (const { type, start, kind, id } of body) {
    if (type === 'VariableDeclaration' && (kind === 'let' || kind === 'const')) {
      out += `${source.slice(at, start)}var`;
      at = start + kind.length;
    } else if (type === 'ClassDeclaration' && id !== undefined) {
      out += `${source.slice(at, start)}var ${id.name} = `;
      at = start;
    }
  }
  return out + source.slice(at);
};
