// acorn, as it is in Node's library: for what the engine's own parser does not tell.

import type { Dict, Fn, NodeRuntime } from '../runtime.ts';

export interface AstNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is AstNode =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';

/** Visit a tree, parents first, in the order of the text. `enter` says whether to go into it. */
export const walk = (root: AstNode, enter: (node: AstNode, parent: AstNode | undefined) => boolean): void => {
  const visit = (node: AstNode, parent: AstNode | undefined): void => {
    if (!enter(node, parent)) return;
    for (const key in node) {
      const value = node[key];
      if (Array.isArray(value)) {
        for (const item of value) if (isNode(item)) visit(item, node);
      } else if (isNode(value)) visit(value, node);
    }
  };
  visit(root, undefined);
};

/** The names that a pattern declares. */
export const boundNames = (pattern: AstNode): string[] => {
  switch (pattern.type) {
    case 'Identifier':
      return [String(pattern['name'])];
    case 'ObjectPattern':
      return (pattern['properties'] as readonly AstNode[]).flatMap((p) =>
        boundNames(p.type === 'RestElement' ? p : (p['value'] as AstNode)),
      );
    case 'ArrayPattern':
      return (pattern['elements'] as readonly (AstNode | null)[]).flatMap((p) => (p === null ? [] : boundNames(p)));
    case 'RestElement':
      return boundNames(pattern['argument'] as AstNode);
    case 'AssignmentPattern':
      return boundNames(pattern['left'] as AstNode);
    default:
      return [];
  }
};

export class Parser {
  private readonly node: NodeRuntime;
  private acorn: { parse: Fn } | undefined;

  constructor(node: NodeRuntime) {
    this.node = node;
  }

  private parse(source: string, options: Dict): AstNode {
    this.acorn ??= this.node.require('internal/deps/acorn/acorn/dist/acorn') as { parse: Fn };
    return this.acorn.parse(source, { ecmaVersion: 'latest', ...options }) as AstNode;
  }

  module(source: string): AstNode {
    return this.parse(source, { sourceType: 'module', allowHashBang: true });
  }

  script(source: string): AstNode {
    return this.parse(source, {
      sourceType: 'script',
      allowHashBang: true,
      allowReturnOutsideFunction: true,
      allowAwaitOutsideFunction: true,
      allowNewTargetOutsideFunction: true,
      allowSuperOutsideMethod: true,
    });
  }

  /** Every `import()` in a script. */
  imports(source: string): AstNode[] {
    const found: AstNode[] = [];
    walk(this.script(source), (node) => {
      if (node.type === 'ImportExpression') found.push(node);
      return true;
    });
    return found;
  }
}
