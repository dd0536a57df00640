// The end by an error that nobody caught: `uncaughtException` first, then the report on stderr, as node_errors.cc
// prints it: where it was thrown with the line of source and a caret, the stack, and the version.

import type { Fn, NodeRuntime } from './runtime.ts';

const ARROW = 'arrow_message_private_symbol';
const GENERIC = 1;
const BROKEN_HANDLER = 7;
const NOT_A_FUNCTION = 6;

/** The first place in a stack: file, line, column. */
const PLACE = /(?:\(|at (?:async )?|@)((?:node:|file:\/\/|\/|\[)[^()\n]*?):(\d+):(\d+)\)?$/m;

export class Fatal {
  beforeInspector: Fn | undefined;
  afterInspector: Fn | undefined;
  sourceMapErrorSource: Fn | undefined;
  sourceMaps = false;
  private readonly node: NodeRuntime;
  /** Sources of scripts by the name in stack traces, for the line that is shown. */
  private readonly sources = new Map<string, { readonly text: string; readonly shift: number }>();

  constructor(node: NodeRuntime) {
    this.node = node;
  }

  /** Remember a script: `shift` characters were put before its first line to run it. */
  remember(name: string, text: string, shift: number): void {
    this.sources.set(name, { text, shift });
  }

  /** How far the columns of a script's first line are off. */
  shiftOf(name: string): number {
    return this.sources.get(name)?.shift ?? 0;
  }

  /** Note on a syntax error where it is, for the report. */
  decorate(error: SyntaxError, name: string, source: string, module = false): void {
    const place = this.node.syntaxPlace(source, module);
    if (place === undefined) this.node.privates.set(error, ARROW, name);
    else this.pointAt(error, name, source, place.start, place.width);
  }

  /** Note on an error the place in a source that it is about. */
  pointAt(error: Error, name: string, source: string, start: number, width: number): void {
    const before = source.slice(0, start).split(/\r\n|\n|\r/);
    const line = source.split(/\r\n|\n|\r/)[before.length - 1] ?? '';
    const column = before.at(-1)?.length ?? 0;
    const caret = `${' '.repeat(column)}${'^'.repeat(Math.max(1, width))}`;
    this.node.privates.set(error, ARROW, `${name}:${before.length}\n${line}\n${caret}\n`);
  }

  /** TriggerUncaughtException. Returns when a handler has taken it. */
  trigger(error: unknown, fromPromise: boolean): void {
    const { process } = this.node;
    const handler = process['_fatalException'];
    if (typeof handler !== 'function') {
      this.report(error);
      this.node.exit(NOT_A_FUNCTION);
    }
    let handled: unknown;
    try {
      handled = (handler as Fn).call(process, error, fromPromise);
    } catch (inner) {
      this.report(inner);
      this.node.exit(BROKEN_HANDLER);
    }
    if (handled !== false) return;
    this.report(error);
    const fields = this.node.exitInfo;
    this.node.exit(fields[2] === 1 ? (fields[1] as number) : GENERIC);
  }

  /** Where it was thrown: `FILE:LINE`, the line, a caret; nothing when nobody knows. */
  private arrow(error: unknown): string | undefined {
    const known = typeof error === 'object' && error !== null ? this.node.privates.get(error, ARROW) : undefined;
    if (typeof known === 'string') return known;
    if (!(error instanceof Error) || typeof error.stack !== 'string') return undefined;
    const frames = error.stack.slice(Math.max(0, error.stack.indexOf('\n    at ')));
    const match = PLACE.exec(frames);
    if (match === null) return undefined;
    const [, file = '', lineText, columnText] = match;
    const line = Number(lineText);
    const source = this.lineOf(file, line);
    if (source === undefined) return `${file}:${line}`;
    let column = Number(columnText) - 1;
    // The engine's position of a throw is the statement.
    const before = /\bthrow\s+$/.exec(source.slice(0, column));
    let width = 1;
    if (before !== null) column = before.index;
    else width = 1;
    const indent = source.slice(0, column).replace(/[^\t]/g, ' ');
    return `${file}:${line}\n${source}\n${indent}${'^'.repeat(width)}\n`;
  }

  private lineOf(file: string, line: number): string | undefined {
    const text =
      this.sources.get(file)?.text ?? (file.startsWith('node:') ? this.node.library.source(file.slice(5)) : undefined);
    return text?.split(/\r\n|\n|\r/)[line - 1];
  }

  /** PrintException and ReportFatalException. */
  report(error: unknown): void {
    const isError = error instanceof Error || (typeof error === 'object' && error !== null && 'stack' in error);
    let arrow: string | undefined;
    let stack: unknown;
    try {
      if (isError) {
        const decorated = this.node.privates.get(error, 'decorated_private_symbol') === true;
        arrow = decorated ? undefined : this.arrow(error);
        stack = this.enhanced(error);
      }
    } catch {
      stack = undefined;
    }
    let text: string;
    if (typeof stack === 'string' && stack !== '') {
      text = arrow === undefined ? `${stack}\n` : `${arrow}\n${stack}\n`;
    } else if (typeof error === 'object' && error !== null) {
      text = `${this.plain(error)}\n`;
    } else {
      text = `Uncaught:\n${this.plain(error)}\n`;
      if (this.node.options.values['--trace-uncaught'] !== true)
        text += '(Use `node --trace-uncaught ...` to show where the exception was thrown)\n';
    }
    const { version } = this.node.library.tables.process;
    if (this.node.options.values['--extra-info-on-fatal-exception'] !== false) text += `\nNode.js ${version}\n`;
    this.node.write(2, text);
  }

  private enhanced(error: object): unknown {
    let { stack } = error as { stack?: unknown };
    if (this.beforeInspector !== undefined) stack = this.beforeInspector(error);
    if (this.afterInspector !== undefined) stack = this.afterInspector(error);
    return stack;
  }

  private plain(error: unknown): string {
    try {
      const { inspect } = this.node.require('internal/util/inspect') as { inspect: Fn };
      return String(inspect(error));
    } catch {
      return Object.prototype.toString.call(error);
    }
  }
}
