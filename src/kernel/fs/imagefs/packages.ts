// The repository of packages, as its index.json lists it (scripts/ports/repository.mjs writes it). Packages are parts of
// the base image that come from there: what has the same path as something of the image takes its place, so that `ls` is
// that of GNU as soon as there is one.

import type { ImageEntry } from './imagefs.ts';

export interface Package {
  readonly name: string;
  readonly version: string;
  /** One line for people. */
  readonly summary: string;
  /** An SPDX expression. */
  readonly license: string;
  readonly homepage: string;
  readonly source: { readonly package: string; readonly file: string; readonly sha256: string };
  /** Bytes of its files. */
  readonly size: number;
  /** Names in /usr/bin. */
  readonly commands: readonly string[];
  /** Addresses are relative to the index. */
  readonly entries: readonly ImageEntry[];
}

export interface PackageIndex {
  readonly version: 1;
  readonly packages: readonly Package[];
}

/** Where the repository is, seen from the manifest of the image. */
export const REPOSITORY = '../packages/';
export const INDEX = 'index.json';

/** The entries of all packages, as entries of the image: addresses are relative to its manifest. */
export const packageEntries = ({ packages }: PackageIndex): ImageEntry[] =>
  packages.flatMap((owner) => owner.entries.map((entry) => ownedBy(owner.name, entry)));

const ownedBy = (name: string, entry: ImageEntry): ImageEntry => {
  if (entry.type !== 'file') return entry;
  const { url } = entry;
  return { ...entry, package: name, ...(url !== undefined && { url: `${REPOSITORY}${url}` }) };
};
