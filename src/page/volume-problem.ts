/** What a person is told, and can do, when the volume of a machine will not mount. */
import type { VolumeFault, VolumeReport } from '../host/control.ts';
import { ephemeralAddress, type Outcome, type Problem, type ProblemAction, type ProblemItem } from './problems.ts';
import { formatBytes } from './storage-state.ts';
import type { Doctor } from './volume-doctor.ts';

/** More than this nobody reads. */
const LISTED = 20;

const ITEMS: Readonly<Record<VolumeFault, Omit<ProblemItem, 'detail'>>> = {
  ERR_VOLUME_DAMAGED: {
    what: 'The stored files are damaged',
    why: 'What is stored does not agree with its checksums, so the machine does not touch it.',
    fix: 'Save what can be read before anything else. “Repair” then mends what can be mended; what has lost its name comes to /lost+found.',
  },
  ERR_VOLUME_NEWER: {
    what: 'The files were written by a newer TabOS',
    why: 'This version does not know their format, and has changed nothing.',
    fix: 'Reload the page to get the newer version; if that does not help, ask whoever runs this site to update it.',
  },
  ERR_VOLUME_BUSY: {
    what: 'The files are in use',
    why: 'Another page of this site has them open, or one that was just closed still has.',
    fix: 'Close other pages of this site, wait a moment, and try again.',
  },
};

const list = (lines: readonly string[]): readonly string[] =>
  lines.length <= LISTED ? lines : [...lines.slice(0, LISTED), `and ${lines.length - LISTED} more`];

const told = ({ problems, damagedFiles }: VolumeReport): readonly string[] =>
  list([...problems, ...damagedFiles.map((path) => `cannot be read in full: ${path}`)]);

/** @param address of the page, for the link to what still works */
export function volumeProblem(fault: VolumeFault, reason: string, doctor: Doctor, address: string): Problem {
  const check: ProblemAction = {
    kind: 'run',
    label: 'Check',
    run: async (): Promise<Outcome> => {
      const report = await doctor.check();
      const count = report.problems.length + report.damagedFiles.length;
      return count === 0
        ? { text: 'Nothing is wrong with the files: reload the page.', lines: [] }
        : { text: `The check found (nothing was changed):`, lines: told(report) };
    },
  };
  const save: ProblemAction = {
    kind: 'run',
    label: 'Save what can be read',
    run: async (): Promise<Outcome> => {
      const { archive, files, damaged } = await doctor.save();
      const text = `${files} files in an archive of ${formatBytes(archive.size)} (nothing was changed).`;
      const lines = list(damaged.map((path) => `in part only: ${path}`));
      return { text, lines, download: { label: 'Download the archive', blob: archive, name: 'tabos-files.tar' } };
    },
  };
  const repair: ProblemAction = {
    kind: 'run',
    label: 'Repair',
    run: async (): Promise<Outcome> => {
      const report = await doctor.repair();
      return { text: 'Repaired: reload the page to start the machine. What was wrong:', lines: told(report) };
    },
  };
  const damaged = fault === 'ERR_VOLUME_DAMAGED';
  return {
    title: 'The files of this machine cannot be mounted',
    items: [{ ...ITEMS[fault], detail: reason }],
    actions: [
      ...(damaged ? [check, save, repair] : []),
      { kind: 'reload', label: damaged ? 'Reload' : 'Try again' },
      { kind: 'link', label: 'Start a machine that keeps nothing', href: ephemeralAddress(address) },
    ],
  };
}
