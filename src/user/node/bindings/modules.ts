// internalBinding('modules') (node_modules.cc): package.json files, read once a process.

import { toText } from '../../../base/bytes.ts';
import { byteName } from '../fs-calls.ts';
import type { MakeBinding } from '../runtime.ts';

interface PackageJson {
  readonly path: string;
  readonly name: string | undefined;
  readonly main: string | undefined;
  readonly type: 'commonjs' | 'module' | 'none';
  /** As text, when it is an object or a list. */
  readonly imports: string | undefined;
  readonly exports: string | undefined;
  readonly scripts: string | undefined;
}

export const modules: MakeBinding = (node) => {
  const cache = new Map<string, PackageJson | undefined>();

  const load = (path: string, base?: string, specifier?: string): PackageJson | undefined => {
    if (cache.has(path)) return cache.get(path);
    const found = read(path, base, specifier);
    cache.set(path, found);
    return found;
  };
  const read = (path: string, base?: string, specifier?: string): PackageJson | undefined => {
    let text: string;
    try {
      const fd = node.fs.calls.open(byteName(path), 0, 0);
      try {
        text = node.host.decodeUtf8(node.fs.calls.readAll(fd));
      } finally {
        node.fs.calls.close(fd);
      }
    } catch {
      return undefined;
    }
    let json: unknown;
    try {
      json = JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text);
      if (typeof json !== 'object' || json === null) throw new SyntaxError('not an object');
    } catch (error) {
      const from = base === undefined ? '' : ` while importing "${specifier}" from ${base}`;
      const reason = error instanceof Error ? error.message : String(error);
      throw Object.assign(new Error(`Invalid package config ${path}.${from === '' ? '' : from}`), {
        code: 'ERR_INVALID_PACKAGE_CONFIG',
        cause: reason,
      });
    }
    const fields = json as Record<string, unknown>;
    const asText = (value: unknown): string | undefined => {
      if (typeof value === 'string') return value;
      return typeof value === 'object' && value !== null ? JSON.stringify(value) : undefined;
    };
    const { name, main, type, scripts } = fields;
    return {
      path,
      name: typeof name === 'string' ? name : undefined,
      main: typeof main === 'string' ? main : undefined,
      type: type === 'module' || type === 'commonjs' ? type : 'none',
      imports: asText(fields['imports']),
      // `null` hides the package's files as well.
      exports: fields['exports'] === null ? 'null' : asText(fields['exports']),
      scripts: asText(scripts),
    };
  };
  const serialized = (found: PackageJson): unknown[] => [
    found.name,
    found.main,
    found.type,
    found.imports,
    found.exports,
    found.path,
  ];
  /** The nearest package.json at or above a folder, not beyond a node_modules. */
  const nearest = (path: string): PackageJson | undefined => {
    for (let at = path; ; ) {
      const slash = at.lastIndexOf('/');
      if (slash < 0) return undefined;
      at = at.slice(0, slash);
      if (at.endsWith('/node_modules')) return undefined;
      const found = load(`${at}/package.json`);
      if (found !== undefined) return found;
      if (at === '') return undefined;
    }
  };
  const pathOf = (url: string): string =>
    url.startsWith('file:') ? decodeURIComponent(new node.host.URL(url).pathname) : url;

  return {
    readPackageJSON: (path: string, _isESM?: boolean, base?: string, specifier?: string): unknown => {
      const found = load(path, base, specifier);
      return found === undefined ? undefined : serialized(found);
    },
    getNearestParentPackageJSON: (path: string): unknown => {
      const found = nearest(path);
      return found === undefined ? undefined : serialized(found);
    },
    getNearestParentPackageJSONType: (path: string): string => nearest(path)?.type ?? 'none',
    getPackageScopeConfig: (url: string): unknown => {
      const found = nearest(pathOf(url));
      return found === undefined ? '/package.json' : serialized(found);
    },
    getPackageType: (url: string): string | undefined => {
      const type = nearest(pathOf(url))?.type;
      return type === 'none' ? undefined : type;
    },
    getPackageJSONScripts: (): unknown => {
      const found = nearest(`${toText(node.fs.calls.cwd())}/x`);
      return found === undefined ? undefined : [found.path, found.scripts];
    },
    // Compiled code cannot be kept by an engine in a browser.
    enableCompileCache: () => [0],
    getCompileCacheDir: () => undefined,
    flushCompileCache: () => {},
    getCompileCacheEntry: () => undefined,
    saveCompileCacheEntry: () => {},
    setLazyPathHelpers: (meta: object, url: string): void => {
      const filename = decodeURIComponent(new node.host.URL(url).pathname);
      const dirname = filename.slice(0, Math.max(1, filename.lastIndexOf('/')));
      for (const [name, value] of Object.entries({ dirname, filename }))
        Object.defineProperty(meta, name, { value, writable: true, enumerable: true, configurable: true });
    },
  };
};
