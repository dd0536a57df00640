/**
 * A lock between processes: a file with the number of the process that holds it. Who finds the holder dead takes it
 * over, so a build that was killed stands in nobody's way.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from '../lib/files.mjs';
import { say } from '../lib/run.mjs';

const POLL_MS = 200;

/**
 * @template T
 * @param {string} file
 * @param {string} label for the line that says who is waited for
 * @param {() => Promise<T>} work
 * @returns {Promise<T>} what `work` gives, while nobody else works under the same lock
 */
export async function withLock(file, label, work) {
  mkdirSync(path.dirname(file), { recursive: true });
  for (let told = false; !take(file); told = true) {
    if (!told) say(`ports: waiting for another process that builds ${label}`);
    await sleep(POLL_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** @param {string} file @returns {boolean} whether it is ours now */
function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
  const holder = Number(readIfThere(file));
  // An empty file is one whose writer is between creating and writing it.
  if (holder > 0 && !isAlive(holder)) {
    const dead = `${file}.${process.pid}`;
    try {
      renameSync(file, dead);
      rmSync(dead);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
    return take(file);
  }
  return false;
}

/** @param {string} file */
function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}
