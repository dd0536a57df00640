// The text of an ECMAScript module as the body of a function that the engine can run.
//
// Edits are made in place and keep every token's line. Imports become reads of `$$i` (an object with a getter for each
// imported name), `import()` and `import.meta` members of `$$m`, and exports a map of getters that the function registers
// before anything else runs:
//     (function ($$m, $$i) { 'use strict'; return function* () { $$m.ready({ f: () => f }); yield; ... } })
// The first `next()` of the generator instantiates (functions are hoisted, everything else is in its dead zone), the
// second evaluates. A module with a top-level await is an async function that waits for the promise of `$$m.ready`.

import { type AstNode, boundNames, walk } from './parser.ts';
import { findReferences } from './references.ts';

export interface ModuleRequest {
  readonly specifier: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** An imported or re-exported name: from which request, and which of its exports (`*`: the namespace). */
export interface ImportedName {
  readonly request: number;
  readonly name: string;
  /** Of the name in the text. */
  readonly start: number;
}

export interface ModuleText {
  readonly body: string;
  /** Characters before the first line. */
  readonly shift: number;
  readonly requests: readonly ModuleRequest[];
  /** By the key on `$$i`. */
  readonly imports: ReadonlyMap<string, ImportedName>;
  readonly localExports: readonly string[];
  readonly indirectExports: ReadonlyMap<string, ImportedName>;
  readonly starExports: readonly number[];
  readonly asynchronous: boolean;
}

const DEFAULT = '$$default';

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const nameOf = (node: AstNode): string => String(node.type === 'Literal' ? node['value'] : node['name']);
const child = (node: AstNode, key: string): AstNode => node[key] as AstNode;
const list = (node: AstNode, key: string): readonly AstNode[] => (node[key] ?? []) as readonly AstNode[];

/** Nothing but the lines of a text. */
const linesOf = (text: string): string => text.replace(/[^\n\r\u2028\u2029]/g, '');

const isFunction = (node: AstNode): boolean =>
  node.type === 'FunctionDeclaration' ||
  node.type === 'FunctionExpression' ||
  node.type === 'ArrowFunctionExpression' ||
  node.type === 'PropertyDefinition' ||
  node.type === 'StaticBlock';

const hasTopLevelAwait = (program: AstNode): boolean => {
  let found = false;
  walk(program, (node) => {
    if (found || isFunction(node)) return false;
    if (node.type === 'AwaitExpression' || (node.type === 'ForOfStatement' && node['await'] === true)) found = true;
    return true;
  });
  return found;
};

export class ModuleTransform {
  private readonly source: string;
  private readonly edits: Edit[] = [];
  private readonly requests: ModuleRequest[] = [];
  private readonly requestKeys = new Map<string, number>();
  private readonly imports = new Map<string, ImportedName>();
  private readonly locals = new Map<string, string>();
  private readonly getters = new Map<string, string>();
  private readonly indirect = new Map<string, ImportedName>();
  private readonly stars: number[] = [];
  private nameDefault = false;

  constructor(source: string) {
    this.source = source;
  }

  run(program: AstNode): ModuleText {
    const body = list(program, 'body');
    for (const statement of body) if (statement.type === 'ImportDeclaration') this.importDeclaration(statement);
    const exported: [local: string, name: string][] = [];
    for (const statement of body) this.exportStatement(statement, exported);
    for (const [local, name] of exported) {
      const imported = this.imports.get(this.locals.get(local) ?? '');
      if (imported === undefined || imported.name === '*')
        this.getters.set(name, this.locals.has(local) ? `$$i.${this.locals.get(local)}` : local);
      else this.indirect.set(name, imported);
    }
    this.rewriteReferences(program);
    const asynchronous = hasTopLevelAwait(program);
    const getters = [...this.getters].map(([name, value]) => `${JSON.stringify(name)}: () => ${value}`);
    const ready = `$$m.ready({ ${getters.join(', ')} });`;
    const named = this.nameDefault ? ` $$m.nameDefault(${DEFAULT});` : '';
    const head = asynchronous
      ? `(function ($$m, $$i) { 'use strict'; return async function () {${named} await ${ready} `
      : `(function ($$m, $$i) { 'use strict'; return function* () {${named} ${ready} yield; `;
    return {
      body: `${head}${this.edited()}\n} })`,
      shift: head.length,
      requests: this.requests,
      imports: this.imports,
      localExports: [...this.getters.keys()],
      indirectExports: this.indirect,
      starExports: this.stars,
      asynchronous,
    };
  }

  private request(node: AstNode): number {
    const specifier = String(child(node, 'source')['value']);
    const attributes = Object.create(null) as Record<string, string>;
    for (const attribute of list(node, 'attributes'))
      attributes[nameOf(child(attribute, 'key'))] = String(child(attribute, 'value')['value']);
    const key = JSON.stringify([specifier, Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1))]);
    let index = this.requestKeys.get(key);
    if (index === undefined) {
      index = this.requests.push({ specifier, attributes }) - 1;
      this.requestKeys.set(key, index);
    }
    return index;
  }

  /** Take a statement out; a semicolon keeps what is around it apart. */
  private blank(start: number, end: number): void {
    this.edits.push({ start, end, text: `;${linesOf(this.source.slice(start, end))}` });
  }

  private importDeclaration(node: AstNode): void {
    const request = this.request(node);
    for (const specifier of list(node, 'specifiers')) {
      const local = nameOf(child(specifier, 'local'));
      const imported = ((): string => {
        if (specifier.type === 'ImportNamespaceSpecifier') return '*';
        return specifier.type === 'ImportDefaultSpecifier' ? 'default' : nameOf(child(specifier, 'imported'));
      })();
      this.locals.set(local, local);
      this.imports.set(local, { request, name: imported, start: specifier.start });
    }
    this.blank(node.start, node.end);
  }

  private exportStatement(node: AstNode, exported: [local: string, name: string][]): void {
    switch (node.type) {
      case 'ExportAllDeclaration': {
        const request = this.request(node);
        const as = node['exported'] as AstNode | null;
        if (as === null) this.stars.push(request);
        else this.indirect.set(nameOf(as), { request, name: '*', start: node.start });
        this.blank(node.start, node.end);
        break;
      }
      case 'ExportDefaultDeclaration':
        this.exportDefault(node);
        break;
      case 'ExportNamedDeclaration':
        this.exportNamed(node, exported);
        break;
      default:
        break;
    }
  }

  private exportNamed(node: AstNode, exported: [local: string, name: string][]): void {
    const declaration = node['declaration'] as AstNode | null;
    if (declaration !== null) {
      const names =
        declaration.type === 'VariableDeclaration'
          ? list(declaration, 'declarations').flatMap((d) => boundNames(child(d, 'id')))
          : [nameOf(child(declaration, 'id'))];
      for (const name of names) exported.push([name, name]);
      this.edits.push({ start: node.start, end: declaration.start, text: this.spaces(node.start, declaration.start) });
      return;
    }
    if ((node['source'] as AstNode | null) === null) {
      for (const specifier of list(node, 'specifiers'))
        exported.push([nameOf(child(specifier, 'local')), nameOf(child(specifier, 'exported'))]);
    } else {
      const request = this.request(node);
      for (const specifier of list(node, 'specifiers')) {
        const name = nameOf(child(specifier, 'local'));
        this.indirect.set(nameOf(child(specifier, 'exported')), { request, name, start: specifier.start });
      }
    }
    this.blank(node.start, node.end);
  }

  private spaces(start: number, end: number): string {
    return this.source.slice(start, end).replace(/[^\n\r\u2028\u2029]/g, ' ');
  }

  private exportDefault(node: AstNode): void {
    const declaration = child(node, 'declaration');
    const id = declaration['id'] as AstNode | null | undefined;
    const declares = declaration.type === 'FunctionDeclaration' || declaration.type === 'ClassDeclaration';
    if (declares && id !== null && id !== undefined) {
      this.getters.set('default', nameOf(id));
      this.edits.push({ start: node.start, end: declaration.start, text: this.spaces(node.start, declaration.start) });
      return;
    }
    this.getters.set('default', DEFAULT);
    if (declaration.type === 'FunctionDeclaration') {
      this.nameDefault = true;
      this.edits.push({ start: node.start, end: declaration.start, text: this.spaces(node.start, declaration.start) });
      const open = this.source.indexOf('(', declaration.start);
      this.edits.push({ start: open, end: open, text: ` ${DEFAULT}` });
      return;
    }
    // As a property's value an anonymous class or function gets the name `default`.
    this.edits.push({
      start: node.start,
      end: declaration.start,
      text: `const { default: ${DEFAULT} } = { default: (${linesOf(this.source.slice(node.start, declaration.start))}`,
    });
    this.edits.push({ start: declaration.end, end: declaration.end, text: ') };' });
  }

  private rewriteReferences(program: AstNode): void {
    walk(program, (node) => {
      if (node.type === 'ImportExpression') {
        const open = this.source.indexOf('(', node.start);
        this.edits.push({ start: node.start, end: open + 1, text: '$$m.import(' });
      } else if (node.type === 'MetaProperty' && nameOf(child(node, 'meta')) === 'import') {
        this.edits.push({ start: node.start, end: node.end, text: '$$m.meta' });
      }
      return node.type !== 'ImportDeclaration';
    });
    if (this.locals.size === 0) return;
    for (const { node, use } of findReferences(program, new Set(this.locals.keys()))) {
      const read = `$$i.${nameOf(node)}`;
      const text = use === 'call' ? `(0, ${read})` : use === 'shorthand' ? `${nameOf(node)}: ${read}` : read;
      this.edits.push({ start: node.start, end: node.end, text });
    }
  }

  private edited(): string {
    const edits = this.edits.sort((a, b) => a.start - b.start || a.end - b.end);
    let out = '';
    let at = 0;
    for (const { start, end, text } of edits) {
      // Within a statement that is gone.
      if (start < at) continue;
      out += this.source.slice(at, start) + text;
      at = end;
    }
    return out + this.source.slice(at);
  }
}
