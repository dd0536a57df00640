/** The examples of the README and of docs/API.md, each run as it stands, in order, in one page. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from './harness/fixtures.ts';

const examples = ['../README.md', '../docs/API.md'].flatMap((file) => {
  const text = readFileSync(path.join(import.meta.dirname, file), 'utf8');
  return [...text.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code = '']) => code);
});

test('the examples of the documentation do what they say', async ({ openPage }) => {
  const tab = await openPage({ ephemeral: true });
  expect(examples.length).toBeGreaterThan(4);
  for (const example of examples) {
    const wrong = await tab.evaluate(async (code) => {
      const differences: string[] = [];
      const check = (found: unknown, wanted: unknown) => {
        const [one, two] = [JSON.stringify(found), JSON.stringify(wanted)];
        if (one !== two) differences.push(`${one} is not ${two}`);
      };
      // oxlint-disable-next-line typescript/no-implied-eval -- the text of our own documentation
      const run = new Function('expect', `return (async () => { ${code} })()`) as (
        expect: typeof check,
      ) => Promise<void>;
      await run(check);
      return differences;
    }, example);
    expect(wrong, example).toEqual([]);
  }
});
