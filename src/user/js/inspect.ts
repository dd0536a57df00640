// Values as text for `print` and `console`: the notation of the language, one line if it fits.

const LINE = 72;
const DEPTH = 3;
const ITEMS = 100;
const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
const INDENT = '  ';

const quote = (text: string): string => {
  const mark = ["'", '"', '`'].find((candidate) => !text.includes(candidate)) ?? "'";
  const body = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"');
  return mark + (mark === "'" ? body.replaceAll("'", "\\'") : body) + mark;
};

const keyText = (key: string | symbol): string => {
  if (typeof key === 'symbol') return `[${String(key)}]`;
  return IDENTIFIER.test(key) ? key : quote(key);
};

const constructorName = (value: object): string | null => {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null) return null;
  const maker = (prototype as { constructor?: unknown }).constructor;
  return typeof maker === 'function' && maker.name !== '' ? maker.name : 'Object';
};

const functionText = (value: object): string => {
  const { name } = value as { name?: unknown };
  const kind = constructorName(value) ?? 'Function';
  const isClass = /^class\b/.test(Function.prototype.toString.call(value));
  if (typeof name !== 'string' || name === '') return isClass ? '[class (anonymous)]' : `[${kind} (anonymous)]`;
  return isClass ? `[class ${name}]` : `[${kind}: ${name}]`;
};

const isEmpty = (value: object): boolean => {
  if (Array.isArray(value)) return value.length === 0;
  if (value instanceof Map || value instanceof Set) return value.size === 0;
  return Object.keys(value).length === 0;
};

/** The parts of an object between brackets, or the whole text when there are none. */
interface Shape {
  readonly prefix: string;
  readonly open: string;
  readonly close: string;
  readonly parts: string[];
}

class Inspector {
  private readonly path: object[] = [];

  text(value: unknown): string {
    if (typeof value === 'string') return quote(value);
    if (typeof value === 'bigint') return `${value}n`;
    if (Object.is(value, -0)) return '-0';
    if (typeof value === 'function') return this.object(value, functionText(value));
    if (typeof value === 'object' && value !== null) return this.object(value, undefined);
    return String(value);
  }

  private object(value: object, label: string | undefined): string {
    if (this.path.includes(value)) return '[Circular]';
    if (this.path.length >= DEPTH && !isEmpty(value))
      return label ?? (Array.isArray(value) ? '[Array]' : `[${constructorName(value) ?? 'Object'}]`);
    this.path.push(value);
    try {
      const shape = this.shape(value, label);
      if (typeof shape === 'string') return shape;
      return layOut(shape, this.path.length);
    } finally {
      this.path.pop();
    }
  }

  private shape(value: object, label: string | undefined): Shape | string {
    const name = constructorName(value);
    if (value instanceof Error) {
      const properties = this.properties(value, new Set(['stack', 'message', 'name']));
      const text = errorText(value);
      return properties.length === 0 ? text : { prefix: `${text} `, open: '{', close: '}', parts: properties };
    }
    if (label !== undefined || value instanceof Date || value instanceof RegExp || value instanceof Promise) {
      const text = label ?? plainText(value);
      const properties = this.properties(value, new Set(['lastIndex']));
      return properties.length === 0 ? text : { prefix: `${text} `, open: '{', close: '}', parts: properties };
    }
    if (Array.isArray(value)) {
      return {
        prefix: name === 'Array' ? '' : `${name}(${value.length}) `,
        open: '[',
        close: ']',
        parts: this.items(value),
      };
    }
    if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
      const array = value as unknown as ArrayLike<number | bigint>;
      const parts = Array.from({ length: Math.min(array.length, ITEMS) }, (_, i) => this.text(array[i]));
      return { prefix: `${name}(${array.length}) `, open: '[', close: ']', parts: withRest(parts, array.length) };
    }
    if (value instanceof Map) {
      const parts = [...value].slice(0, ITEMS).map(([k, v]) => `${this.text(k)} => ${this.text(v)}`);
      return { prefix: `${name}(${value.size}) `, open: '{', close: '}', parts: withRest(parts, value.size) };
    }
    if (value instanceof Set) {
      const parts = [...value].slice(0, ITEMS).map((item) => this.text(item));
      return { prefix: `${name}(${value.size}) `, open: '{', close: '}', parts: withRest(parts, value.size) };
    }
    const prefix = name === null ? '[Object: null prototype] ' : name === 'Object' ? '' : `${name} `;
    return { prefix, open: '{', close: '}', parts: this.properties(value, new Set()) };
  }

  private items(array: readonly unknown[]): string[] {
    const parts: string[] = [];
    let holes = 0;
    const flush = (): void => {
      if (holes > 0) parts.push(`<${holes} empty item${holes === 1 ? '' : 's'}>`);
      holes = 0;
    };
    const shown = Math.min(array.length, ITEMS);
    for (let i = 0; i < shown; i++) {
      if (!Object.hasOwn(array, i)) {
        holes++;
        continue;
      }
      flush();
      parts.push(this.text(array[i]));
    }
    flush();
    return withRest(parts, array.length, shown);
  }

  private properties(value: object, hidden: ReadonlySet<string>): string[] {
    const parts: string[] = [];
    for (const key of Reflect.ownKeys(value)) {
      const property = Reflect.getOwnPropertyDescriptor(value, key);
      if (property?.enumerable !== true || (typeof key === 'string' && hidden.has(key))) continue;
      const { get, set } = property;
      const accessor = get !== undefined ? (set !== undefined ? '[Getter/Setter]' : '[Getter]') : '[Setter]';
      const text = get === undefined && set === undefined ? this.text(property.value) : accessor;
      parts.push(`${keyText(key)}: ${text}`);
    }
    return parts;
  }
}

const withRest = (parts: string[], length: number, shown = parts.length): string[] => {
  if (length > shown) parts.push(`... ${length - shown} more item${length - shown === 1 ? '' : 's'}`);
  return parts;
};

const plainText = (value: object): string => {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof RegExp) return RegExp.prototype.toString.call(value);
  return 'Promise {}';
};

const errorText = (error: Error): string => {
  const { stack } = error as { stack?: unknown };
  const head = Error.prototype.toString.call(error);
  if (typeof stack !== 'string' || stack === '') return `[${head}]`;
  // Engines that leave the message out of the stack: put it first.
  return stack.startsWith(head) ? stack.trimEnd() : `${head}\n${stack.trimEnd()}`;
};

const layOut = ({ prefix, open, close, parts }: Shape, depth: number): string => {
  if (parts.length === 0) return `${prefix}${open}${close}`;
  const line = `${prefix}${open} ${parts.join(', ')} ${close}`;
  if (line.length + depth * INDENT.length <= LINE && !line.includes('\n')) return line;
  const indent = (part: string): string => INDENT + part.replaceAll('\n', `\n${INDENT}`);
  return `${prefix}${open}\n${parts.map(indent).join(',\n')}\n${close}`;
};

/** A value in the notation of the language. */
export const inspect = (value: unknown): string => new Inspector().text(value);

/** Values as `print` writes them: strings as they are, others inspected. */
export const formatAll = (values: readonly unknown[]): string =>
  values.map((value) => (typeof value === 'string' ? value : inspect(value))).join(' ');

const CONVERSIONS: Readonly<Record<string, (value: unknown) => string>> = {
  s: (value) => (typeof value === 'string' ? value : inspect(value)),
  d: (value) =>
    typeof value === 'bigint' ? `${value}n` : String(typeof value === 'symbol' ? Number.NaN : Number(value)),
  i: (value) => (typeof value === 'bigint' ? `${value}n` : String(Number.parseInt(String(value), 10))),
  f: (value) => String(Number.parseFloat(String(value))),
  j: (value) => JSON.stringify(value) ?? 'undefined',
  o: inspect,
  O: inspect,
  c: () => '',
};

/** The same with the conversions of the Console Standard (%s %d %i %f %j %o %O %c %%) in a first string. */
export const formatConsole = (values: readonly unknown[]): string => {
  const [first, ...rest] = values;
  if (typeof first !== 'string' || rest.length === 0) return formatAll(values);
  const text = first.replace(/%([sdifjoOc%])/g, (conversion, kind: string) => {
    if (kind === '%') return '%';
    return rest.length === 0 ? conversion : (CONVERSIONS[kind]?.(rest.shift()) ?? conversion);
  });
  return formatAll([text, ...rest]);
};
