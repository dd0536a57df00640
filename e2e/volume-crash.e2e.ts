/**
 * The browser dies at any moment while a volume is written to: its pages' processes are killed, or all of it. Every time
 * the volume mounts by itself to what a number of whole operations made, with at least everything that was synced; of
 * what was only acknowledged no more is gone than one turn of the worker's event loop.
 *
 * TABOS_CRASHES=500 makes so many crashes instead; TABOS_SEED repeats a run's operations.
 */
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, inject, test } from 'vitest';
import { choicesOf, modelAfter, type Round } from '../src/testing/opfs/load.ts';
import type { Progress } from '../src/testing/opfs/opfs.worker.ts';
import type {} from './fixture/volume/page.ts';
import type { MortalBrowser, Tab } from './harness/browser.ts';
import { launchFirefox } from './harness/firefox.ts';
import { launchLiveChromium } from './harness/live-chromium.ts';

const name = inject('browserName');
const CRASHES = Number(process.env['TABOS_CRASHES'] ?? (name === 'chromium' ? 55 : 8));
const SEED = Number(process.env['TABOS_SEED'] ?? Date.now() % 1_000_000);
/** Crashes of one volume: of its pages, and at last of the whole browser. */
const LIVES = 11;
/**
 * Operations after which the page is killed, at most, and how many the worker may be ahead by then: mostly it is in the
 * middle of something; every so often it has stopped, and what it has acknowledged is known to the last.
 */
const LATEST = 200;
const AHEAD = 3000;
const STOPPED_EVERY = 3;
/** Operations in one turn of the worker. */
const TURN = 3;

const launch = (profile: string): Promise<MortalBrowser> =>
  name === 'chromium' ? launchLiveChromium({ profile }) : launchFirefox({ profile });

/** What the sites have stored, in a new profile: what the driver of Firefox puts into a profile does not bear a crash. */
const withStorageOf = async (old: string): Promise<string> => {
  if (name === 'chromium') return old;
  const profile = await mkdtemp(path.join(tmpdir(), 'tabos-crash-'));
  for (const entry of await readdir(old)) {
    if (entry.startsWith('storage')) await cp(path.join(old, entry), path.join(profile, entry), { recursive: true });
  }
  await rm(old, { recursive: true, force: true });
  return profile;
};

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** How many operations of the seed were done when the volume holds what it does; undefined: no number gives that. */
const countOf = (
  before: readonly Round[],
  seed: number,
  { least, most }: { readonly least: number; readonly most: number },
  found: string,
): number | undefined => {
  const model = modelAfter([...before, { seed, count: least }]);
  const choices = choicesOf(seed);
  for (let i = 0; i < least; i++) choices.next();
  for (let count = least; count <= most; count++) {
    if (digest(model.dump()) === found) return count;
    model.apply(model.resolve(choices.next().value));
  }
  return undefined;
};

const openVolume = async (browser: MortalBrowser, volume: string): Promise<{ tab: Tab; held: string }> => {
  const tab = await browser.newTab();
  await tab.goto(inject('volumeUrl'));
  const { held, problems } = await tab.evaluate((directory) => window.trials.mount(directory), volume);
  expect(problems).toEqual([]);
  return { tab, held };
};

/** Starts the load; what is known of it when it has come so far. */
const loadUntil = (
  tab: Tab,
  before: readonly Round[],
  seed: number,
  { target, limit }: { readonly target: number; readonly limit: number },
): Promise<Progress> =>
  tab.evaluate(
    (rounds, current, most, wanted) => {
      void window.trials.load(rounds, current, most);
      return window.waitForProgress(wanted);
    },
    before,
    seed,
    limit,
    target,
  );

test(`a volume outlives ${CRASHES} crashes`, { timeout: 60_000 + CRASHES * 5000 }, async () => {
  console.log(`${name}: TABOS_SEED=${SEED}`);
  let profile = await mkdtemp(path.join(tmpdir(), 'tabos-crash-'));
  let browser = await launch(profile);
  let rounds: Round[] = [];
  let [operations, lost] = [0, 0];
  try {
    for (let crash = 0; crash < CRASHES; crash++) {
      const volume = `volume-${Math.floor(crash / LIVES)}`;
      if (crash % LIVES === 0) rounds = [];
      const seed = SEED * 1000 + crash;
      const target = 1 + ((Math.imul(seed, 2_654_435_761) >>> 0) % LATEST);
      const limit = target + (crash % STOPPED_EVERY === 0 ? 0 : AHEAD);
      const { tab } = await openVolume(browser, volume);
      const { done, synced } = await loadUntil(tab, rounds, seed, { target, limit });
      // Firefox does not always recover from the death of all its pages' processes.
      if (name === 'firefox' || crash % LIVES === LIVES - 1) {
        await browser.kill();
        profile = await withStorageOf(profile);
        browser = await launch(profile);
      } else {
        await browser.killRenderers();
        await tab.close().catch(() => undefined);
      }
      const after = await openVolume(browser, volume);
      const least = Math.max(synced, done - TURN);
      const count = countOf(rounds, seed, { least, most: limit }, after.held);
      if (count === undefined) {
        const dump = await after.tab.evaluate(() => window.trials.dump());
        expect.fail(`crash ${crash}, after operation ${done} (${synced} synced), left what no prefix gives:\n${dump}`);
      }
      await after.tab.close();
      rounds.push({ seed, count });
      operations += count;
      lost += Math.max(0, done - count);
    }
  } finally {
    await browser.close().catch(() => undefined);
    await rm(profile, { recursive: true, force: true });
  }
  console.log(`${name}: ${CRASHES} crashes in ${operations} operations, ${lost} acknowledged but not synced were lost`);
});
