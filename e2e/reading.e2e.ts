/** Processes read cached files without a call: whatever any tab does to a file, they see it. */

import { expect, test } from './harness/fixtures.ts';
import type { Terminal } from './harness/terminal.ts';

/**
 * Reads a file until it does so by itself, says so by a file `ready-N`, waits for `go-N`, and prints how the file begins now.
 * Arguments: how many times. Whatever it reads must be one state of the file: all bytes the same.
 */
const READER = `
const fd = sys.open('data');
const buffer = new Uint8Array(40000);
const look = () => {
  const n = sys.readInto(fd, buffer, 0);
  if (buffer.subarray(0, n).some((byte) => byte !== buffer[0])) throw new Error('a mixture');
  return n + ' ' + String.fromCharCode(buffer[0]);
};
for (let round = 1; round <= Number(sys.argv[1]); round++) {
  for (let i = 0; i < 50; i++) { look(); sys.readInto(fd, buffer.subarray(0, 5), 20000); }
  sys.writeFile('ready-' + round, '');
  while (!sys.exists('go-' + round)) look();
  print(look());
}
`;

const fill = (letter: string, size: number): string =>
  `head -c ${size} /dev/zero | tr '\\0' ${letter} > fresh; cat fresh > data`;
const ready = (terminal: Terminal, round: number): Promise<string> =>
  terminal.run(`while [ ! -e ready-${round} ]; do sleep 0.01; done; echo ready`);

test('a reader sees what another tab writes, cuts and replaces', async ({ openTerminal }) => {
  const first = await openTerminal();
  await first.run(`cat > reader.js <<'END'\n${READER}END`);
  await first.run(fill('a', 40_000));
  await first.run('js reader.js 3 > out & echo started');
  const second = await openTerminal();
  await ready(second, 1);
  await second.run(`${fill('b', 40_000)}; touch go-1`);
  await ready(second, 2);
  await second.run('truncate -s 100 data 2>/dev/null || dd if=/dev/null of=data bs=1 seek=100 2>/dev/null; touch go-2');
  await ready(second, 3);
  await second.run('mv fresh data; touch go-3');
  await first.tab.activate();
  await first.run('wait');
  expect(await first.run('cat out')).toBe('40000 b\n100 b\n100 b');
});

test('a reader goes on where the volume is served after its tab has gone', async ({ openTerminal }) => {
  const first = await openTerminal();
  await first.run(`cat > reader.js <<'END'\n${READER}END`);
  await first.run(fill('a', 40_000));
  const second = await openTerminal();
  await second.run('js reader.js 2 > out & echo started');
  await ready(second, 1);
  await first.tab.close();
  await second.tab.activate();
  await second.run(`${fill('b', 30_000)}; touch go-1`);
  await ready(second, 2);
  const third = await openTerminal();
  await third.run(`${fill('c', 20_000)}; touch go-2`);
  await second.tab.activate();
  await second.run('wait');
  expect(await second.run('cat out')).toBe('30000 b\n20000 c');
});
