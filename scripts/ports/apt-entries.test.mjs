import { describe, expect, test } from 'vitest';
import { sourceEntries } from './apt-entries.mjs';

const RELEASE = 'ID=debian\nVERSION_CODENAME=bookworm\n';

describe('sourceEntries', () => {
  test('takes the entries of this release from deb822 files', () => {
    const text = `Types: deb
# an old mirror
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
 bookworm-backports
Components: main contrib
Signed-By: /usr/share/keyrings/debian.gpg

Types: deb-src
URIs: http://sources.example/debian
Suites: bookworm
Components: main

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main
`;
    expect(sourceEntries([['/etc/apt/sources.list.d/debian.sources', text]], RELEASE)).toBe(`Types: deb-src
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian.gpg
`);
  });

  test('takes lines with and without options, and leaves out other vendors', () => {
    const text = `# comment
deb http://mirror.example/debian bookworm main # the mirror
deb [arch=amd64 signed-by=/keys/security.gpg] http://security.example bookworm-security main contrib
deb-src http://mirror.example/debian bookworm main
deb http://vendor.example/apt cloud-sdk-bookworm main
deb http://flat.example/ ./
`;
    expect(sourceEntries([['/etc/apt/sources.list', text]], RELEASE)).toBe(`Types: deb-src
URIs: http://mirror.example/debian
Suites: bookworm
Components: main

Types: deb-src
URIs: http://security.example
Suites: bookworm-security
Components: main
Signed-By: /keys/security.gpg
`);
  });

  test('says when there is nothing to take', () => {
    expect(() => sourceEntries([], RELEASE)).toThrow('no entry for this release');
    expect(() => sourceEntries([], 'ID=other\n')).toThrow('which release');
  });
});
