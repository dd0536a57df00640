// Which identifiers of a module are references to its imports: those that no inner scope declares anew.

import { type AstNode, boundNames } from './parser.ts';

export interface Reference {
  readonly node: AstNode;
  /** `shorthand`: `{ name }`; `call`: `name()`, which must not get a `this`. */
  readonly use: 'read' | 'call' | 'shorthand';
}

type Names = ReadonlySet<string>;

const child = (node: AstNode, key: string): AstNode | null => (node[key] ?? null) as AstNode | null;
const list = (node: AstNode, key: string): readonly AstNode[] => (node[key] ?? []) as readonly AstNode[];

const isNode = (value: unknown): value is AstNode =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';

/** Keys that hold names, not expressions, unless computed. */
const isFunctionNode = (node: AstNode): boolean =>
  node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression';

/** `var` declarations of a function, wherever they stand in it. */
const varNames = (body: unknown, into: string[]): void => {
  if (Array.isArray(body)) {
    for (const item of body) varNames(item, into);
    return;
  }
  if (!isNode(body) || isFunctionNode(body) || body.type === 'ClassBody') return;
  if (body.type === 'VariableDeclaration' && body['kind'] === 'var')
    for (const declarator of list(body, 'declarations')) into.push(...boundNames(child(declarator, 'id') as AstNode));
  for (const key in body) varNames(body[key], into);
};

/** What a block declares itself. */
const lexicalNames = (statements: readonly AstNode[]): string[] =>
  statements.flatMap((statement) => {
    if (statement.type === 'VariableDeclaration' && statement['kind'] !== 'var')
      return list(statement, 'declarations').flatMap((d) => boundNames(child(d, 'id') as AstNode));
    if (statement.type === 'FunctionDeclaration' || statement.type === 'ClassDeclaration') {
      const id = child(statement, 'id');
      return id === null ? [] : [String(id['name'])];
    }
    return [];
  });

class ReferenceFinder {
  readonly found: Reference[] = [];

  visit(value: unknown, names: Names): void {
    if (names.size === 0) return;
    if (Array.isArray(value)) {
      for (const item of value) this.visit(item, names);
      return;
    }
    if (isNode(value)) this.node(value, names);
  }

  private without(names: Names, gone: readonly string[]): Names {
    if (!gone.some((name) => names.has(name))) return names;
    return new Set([...names].filter((name) => !gone.includes(name)));
  }

  private rest(node: AstNode, names: Names, ...skip: string[]): void {
    for (const key in node) if (!skip.includes(key)) this.visit(node[key], names);
  }

  private node(node: AstNode, names: Names): void {
    switch (node.type) {
      case 'Identifier':
        if (names.has(String(node['name']))) this.found.push({ node, use: 'read' });
        break;
      case 'ImportDeclaration':
      case 'ExportAllDeclaration':
        break;
      case 'ExportNamedDeclaration':
        this.visit(node['declaration'], names);
        break;
      case 'CallExpression':
      case 'TaggedTemplateExpression':
        this.call(node, names);
        break;
      case 'MemberExpression':
        this.visit(node['object'], names);
        if (node['computed'] === true) this.visit(node['property'], names);
        break;
      case 'Property':
        this.property(node, names);
        break;
      case 'MethodDefinition':
      case 'PropertyDefinition':
        if (node['computed'] === true) this.visit(node['key'], names);
        this.visit(node['value'], names);
        break;
      case 'LabeledStatement':
        this.visit(node['body'], names);
        break;
      case 'BreakStatement':
      case 'ContinueStatement':
      case 'MetaProperty':
        break;
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        this.function(node, names);
        break;
      case 'ClassDeclaration':
      case 'ClassExpression': {
        const id = child(node, 'id');
        this.rest(node, id === null ? names : this.without(names, [String(id['name'])]), 'id');
        break;
      }
      case 'BlockStatement':
      case 'StaticBlock':
        this.rest(node, this.without(names, lexicalNames(list(node, 'body'))));
        break;
      case 'SwitchStatement':
        this.visit(node['discriminant'], names);
        this.visit(
          node['cases'],
          this.without(names, lexicalNames(list(node, 'cases').flatMap((item) => [...list(item, 'consequent')]))),
        );
        break;
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement': {
        const head = child(node, node.type === 'ForStatement' ? 'init' : 'left');
        this.rest(node, head === null ? names : this.without(names, lexicalNames([head])));
        break;
      }
      case 'CatchClause': {
        const param = child(node, 'param');
        this.rest(node, param === null ? names : this.without(names, boundNames(param)));
        break;
      }
      default:
        this.rest(node, names);
    }
  }

  private call(node: AstNode, names: Names): void {
    const key = node.type === 'CallExpression' ? 'callee' : 'tag';
    const callee = child(node, key);
    if (callee?.type === 'Identifier') {
      if (names.has(String(callee['name']))) this.found.push({ node: callee, use: 'call' });
      this.rest(node, names, key);
    } else this.rest(node, names);
  }

  private property(node: AstNode, names: Names): void {
    if (node['computed'] === true) this.visit(node['key'], names);
    const value = child(node, 'value');
    if (node['shorthand'] !== true) {
      this.visit(value, names);
      return;
    }
    if (value?.type === 'Identifier') {
      if (names.has(String(value['name']))) this.found.push({ node: value, use: 'shorthand' });
    } else this.visit(child(value as AstNode, 'right'), names);
  }

  private function(node: AstNode, names: Names): void {
    const gone: string[] = [];
    if (node.type === 'FunctionExpression') {
      const id = child(node, 'id');
      if (id !== null) gone.push(String(id['name']));
    }
    for (const param of list(node, 'params')) gone.push(...boundNames(param));
    const inner = this.without(names, gone);
    this.visit(node['params'], inner);
    const body = child(node, 'body');
    if (body?.type !== 'BlockStatement') {
      this.visit(body, inner);
      return;
    }
    const vars: string[] = [];
    varNames(body['body'], vars);
    this.visit(body, this.without(inner, vars));
  }
}

/** Identifiers that refer to these names of the module's scope. */
export const findReferences = (program: AstNode, names: Names): readonly Reference[] => {
  const finder = new ReferenceFinder();
  finder.visit(program['body'], names);
  return finder.found;
};
