/** docs/SYSCALLS.md: every call of the ABI table (src/abi/syscalls.ts), by number. */

/** @typedef {import('../../src/abi/syscalls.ts').Row} Row */

export const file = 'docs/SYSCALLS.md';

const HEAD = `# System calls

<!-- Generated from src/abi/syscalls.ts by \`npm run docs\`. Do not edit. -->

Every call of TabOS. A result below zero is minus the errno. *Served* tells how far a call travels: \`process\` is
answered where it is made, \`station\` by the tab, \`volume\` by the tab that holds the file system, \`kernel\` by the
kernel. A call that *blocks* may sleep for as long as it takes, and a signal interrupts it.
`;

/** @param {import('../docs.mjs').Load} load */
export async function render(load) {
  const { SYSCALLS } = await load('src/abi/syscalls.ts');
  const rows = Object.entries(/** @type {Record<string, Row>} */ (SYSCALLS)).sort(([, a], [, b]) => a.nr - b.nr);
  const overview = rows.map(
    ([name, row]) => `| ${row.nr} | [\`${name}\`](#${name}) | ${row.served} | ${row.blocks ? 'yes' : ''} |`,
  );
  const entries = rows.map(([name, row]) => renderCall(name, row));
  return [HEAD, ['| nr | call | served | blocks |', '|---:|---|---|---|', ...overview].join('\n'), ...entries]
    .join('\n\n')
    .replace(/\n{3,}/g, '\n\n')
    .concat('\n');
}

/**
 * @param {string} name
 * @param {Row} row
 */
function renderCall(name, { nr, args, result, served, blocks, errors, doc }) {
  const parameters = args.map(([argument, kind]) => `${argument}: ${kind}`).join(', ');
  return `## ${name}

\`${name}(${parameters}) -> ${result}\` · number ${nr} · ${served}${blocks ? ' · blocks' : ''}

${doc}

Errors: ${errors.length > 0 ? [...new Set(errors)].sort().join(', ') : 'none'}.`;
}
