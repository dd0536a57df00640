// Which entries of a tree are exported. Patterns are those of gitignore(5) as far as people use them: `*` and `?` stay
// within a name, `**` spans directories, `[a-z]` and `{a,b}`; a pattern without a slash before its end matches at any depth.

const quote = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** From after an opening bracket: the class, and where it ends; undefined when it does not end. */
const bracket = (glob: string, at: number): [text: string, end: number] | undefined => {
  const end = glob.indexOf(']', at + 1);
  if (end < 0) return undefined;
  const inner = glob.slice(at, end);
  const negated = /^[!^]/.test(inner);
  const body = (negated ? inner.slice(1) : inner).replace(/[\\\]^]/g, '\\$&');
  return [`(?!/)[${negated ? '^' : ''}${body}]`, end + 1];
};

const translate = (glob: string): string => {
  let out = '';
  let braces = 0;
  for (let at = 0; at < glob.length; ) {
    const rest = glob.slice(at);
    const char = glob[at] as string;
    const group = char === '[' ? bracket(glob, at + 1) : undefined;
    if (group !== undefined) {
      out += group[0];
      at = group[1];
    } else if (rest.startsWith('**/')) {
      out += '(?:.*/)?';
      at += 3;
    } else if (rest.startsWith('**')) {
      out += '.*';
      at += 2;
    } else {
      at++;
      if (char === '*') out += '[^/]*';
      else if (char === '?') out += '[^/]';
      else if (char === '{' && glob.includes('}', at)) {
        braces++;
        out += '(?:';
      } else if (char === '}' && braces > 0) {
        braces--;
        out += ')';
      } else if (char === ',' && braces > 0) out += '|';
      else if (char === '\\' && at < glob.length) out += quote(glob[at++] as string);
      else out += quote(char);
    }
  }
  return out + ')'.repeat(braces);
};

/** A test for paths relative to the root of the tree; a directory that matches brings all that is below it. */
const matcher = (globs: readonly string[]): ((path: string) => boolean) => {
  if (globs.length === 0) return () => false;
  const patterns = globs.map((glob) => {
    const plain = glob.replace(/^(\.?\/)+/, '').replace(/\/+$/, '');
    return plain.includes('/') || glob.startsWith('/') ? translate(plain) : `(?:.*/)?${translate(plain)}`;
  });
  const expression = new RegExp(`^(?:${patterns.join('|')})(?:/.*)?$`, 's');
  return (path) => expression.test(path);
};

export interface Selection {
  /** With `excludes`, what of that is exported after all; alone, all that is exported. Byte strings. */
  readonly includes: readonly string[];
  readonly excludes: readonly string[];
}

export const selects = ({ includes, excludes }: Selection): ((path: string) => boolean) => {
  const included = matcher(includes);
  const excluded = matcher(excludes);
  if (includes.length > 0 && excludes.length === 0) return included;
  return (path) => !excluded(path) || included(path);
};
