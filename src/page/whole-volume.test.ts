/** A machine's volume as one archive, put into another machine: whole machines in Node, compared by their own programs. */
import { expect, test } from 'vitest';
import { NodeMachine } from '../testing/node-machine.ts';
import { exportFiles, mount } from './archives.ts';

const LIST =
  'cd /; find home etc root var -xdev 2>/dev/null | sort | while read -r f; do stat -c "%a %F %h %Y %n" "$f"; done';
const SUMS = 'cd /home/user; md5sum a/data b/hard; readlink a/link; cat "a/ü ~"; ls -A /home/user';

test.each(['tar', 'tar.gz', 'zip'] as const)(
  'a machine moves to another as %s',
  async (format) => {
    const [one, other] = [await NodeMachine.boot(), await NodeMachine.boot()];
    await one.exec(
      [
        'mkdir -p a b/c; seq 1 50000 > a/data; ln a/data b/hard; ln -s ../b/c a/link; echo text > "a/ü ~"; chmod 700 b/c',
        'mkdir closed; echo secret > closed/f; chmod 000 closed/f; chmod 555 closed; touch -d "2001-02-03 04:05:06" b/c a/data',
        'echo temporary > /tmp/t',
        'rm /usr/bin/strace; mv /usr/share/doc /usr/share/gone; mkdir /usr/share/doc; echo mine > /usr/share/doc/f',
      ].join('\n'),
    );
    await other.exec('echo old > a; rm a; echo kept > kept');
    const stream = await exportFiles(one.control, '/', { format });
    await mount(other.control, stream as ReadableStream<Uint8Array>, { mountPoint: '/' });
    const [was, is] = await Promise.all([one.exec(SUMS), other.exec(`rm kept; ${SUMS}`)]);
    expect(is.stdout).toBe(was.stdout);
    expect(is.stdout).toMatch(/^\w{32} {2}a\/data\n\w{32} {2}b\/hard\n\.\.\/b\/c\ntext\n/);
    const listings = await Promise.all([one.exec(LIST), other.exec(LIST)]);
    // Not the directory in which `kept` was removed, nor that of another user; marks of the overlay have no time
    // of their own. Zip cannot hold hard links.
    const [wanted, found] = listings.map(({ stdout }) =>
      stdout
        .split('\n')
        .filter((line) => !/ (home\/user|root)$|character special/.test(line))
        .map((line) => (format === 'zip' ? line.replace('regular file 2', 'regular file 1') : line)),
    );
    expect(found?.length).toBeGreaterThan(12);
    expect(found).toContain('700 directory 2 981173106 home/user/b/c');
    expect(found).toEqual(wanted);
    expect((await other.exec('cat /tmp/t')).exitCode).toBe(1);
    // What was removed from the base image is removed there too, as far as the format has a mark for that.
    const image = 'ls /usr/bin/strace 2>&1; ls /usr/share/doc';
    const base = (await one.exec(image)).stdout;
    expect(base).toContain('No such file');
    if (format !== 'zip') expect((await other.exec(image)).stdout).toBe(base);
    await Promise.all([one.stop(), other.stop()]);
  },
  60_000,
);
