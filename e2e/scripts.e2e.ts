/**
 * Shell scripts by `os.exec`, compared with the native shell of this machine: the same script, in an empty folder,
 * must give the same bytes and the same exit code. What is here has one right answer in POSIX.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from './harness/fixtures.ts';

interface Script {
  readonly name: string;
  readonly script: string;
  readonly stdin?: string;
}

const SCRIPTS: readonly Script[] = [
  { name: 'a pipeline', script: 'echo hello > a.txt; cat a.txt | tr a-z A-Z | wc -c | tr -d " "' },
  {
    name: 'a loop fed by a pipe',
    script: 'printf "1 one\\n2 two\\n" | while read -r n word; do echo "$word=$n"; done',
  },
  {
    name: 'a here-document',
    script: "x=5; cat <<END\nx is $x and $((x * 2))\n\tindented\nEND\ncat <<-'END'\n\tliteral $x\n\tEND",
  },
  { name: 'command substitution', script: 'echo "[$(printf "a\\nb\\n\\n")]" "$(echo $(echo nested))"' },
  { name: 'a subshell keeps its folder to itself', script: 'mkdir d; touch d/f; (cd d; ls) > out; cat out; ls' },
  {
    name: 'functions',
    script:
      'fact() { [ $1 -le 1 ] && echo 1 || echo $(($1 * $(fact $(($1 - 1))))); }; fact 7; f() { return 3; }; f; echo $?',
  },
  { name: 'trap EXIT', script: 'trap "echo bye" EXIT; echo hi; exit 4' },
  { name: 'trap of a signal', script: 'trap "echo caught" USR1; kill -USR1 $$; echo after' },
  { name: 'background and wait', script: '(exit 7) & p=$!; wait $p; echo $?; wait; echo $?' },
  {
    name: 'a child ended by a signal',
    script: 'sh -c "kill -TERM \\$\\$"; echo $?; sh -c "kill -KILL \\$\\$" 2>/dev/null; echo $?',
  },
  { name: 'SIGPIPE ends the writer', script: 'yes | head -n 3' },
  {
    name: 'redirections',
    script:
      'sh -c "echo out; echo err >&2" > o 2> e; cat e o; { echo a; echo b >&2; } 2>&1 | sort; exec 3> three; echo three >&3; exec 3>&-; cat three',
  },
  { name: 'appending', script: 'echo 1 > f; echo 2 >> f; cat f f >> g; cat g; wc -l < g | tr -d " "' },
  { name: 'noclobber', script: 'set -C; echo 1 > f; (echo 2 > f) 2>/dev/null; echo $?; cat f; echo 3 >| f; cat f' },
  { name: 'globs', script: 'touch b.c a.c .hidden c.h; echo *.c; echo .h*; echo *.none; echo [ab]*' },
  {
    name: 'parameters',
    script:
      'set -- "a b" c; echo $# "$1"; for x in "$@"; do echo "<$x>"; done; shift; echo $*; v=path/to/f.tar.gz; echo ${v##*/} ${v%.*} ${v%%.*} ${#v} ${unset:-default}',
  },
  {
    name: 'case',
    script:
      'for w in apple bear 42 ""; do case $w in a*) echo a;; *[!0-9]*) echo word;; "") echo empty;; *) echo number;; esac; done',
  },
  {
    name: 'a command that is not there',
    script: 'nosuchcommand 2>/dev/null; echo $?; ./nosuchfile 2>/dev/null; echo $?',
  },
  { name: 'a file that may not be run', script: 'echo "echo hi" > s; ./s 2>/dev/null; echo $?; chmod +x s; ./s' },
  {
    name: 'the #! line',
    script: 'printf "#!/bin/sh -u\\necho \\"\\$0 \\$1\\"\\n" > s; chmod 755 s; ./s arg; PATH=.:$PATH s two',
  },
  { name: 'standard input', script: 'read first; echo "first=$first"; cat', stdin: 'one\ntwo\nthree' },
  { name: 'exit codes of a pipeline', script: 'false | true; echo $?; true | false; echo $?; ! true; echo $?' },
  { name: 'set -e', script: 'set -e; false || echo kept; false; echo never' },
  {
    name: 'links',
    script: 'echo x > f; ln f g; ln -s f h; cat g h; rm f; cat g; cat h 2>/dev/null; echo $?; [ -L h ] && echo link',
  },
  { name: 'an unlinked file that is open', script: 'echo kept > f; exec 4< f; rm f; cat <&4; ls' },
  {
    name: 'umask and modes',
    script: 'umask 027; touch f; mkdir d; ls -ld f d | cut -c1-10; chmod 640 f; chmod a+x f; ls -l f | cut -c1-10',
  },
  { name: 'rename over a file', script: 'echo 1 > a; echo 2 > b; mv a b; cat b; ls' },
  {
    name: 'bytes are kept',
    script: 'printf "\\000\\001\\377\\200" > f; od -An -tx1 f | tr -d " "; wc -c < f | tr -d " "',
  },
  {
    name: 'find and xargs',
    script: 'mkdir -p a/b/c; touch a/1 a/b/2 a/b/c/3; find a -type f | sort | xargs -n 1 basename',
  },
  {
    name: 'sed, grep, sort, cut',
    script: 'printf "b 2\\na 1\\nc 3\\n" | sort | sed "s/ /=/" | grep -v c | cut -d= -f2',
  },
  { name: 'a large pipe', script: 'head -c 3000000 /dev/zero | tr "\\000" x | wc -c | tr -d " "' },
  {
    name: 'processes in a loop',
    script: 'i=0; while [ $i -lt 50 ]; do /bin/true || echo failed; i=$((i + 1)); done; echo $i',
  },
  { name: 'a FIFO', script: 'mkfifo p; (echo through > p) & cat p; wait' },
];

function runNatively({ script, stdin }: Script): { exitCode: number | null; stdout: string } {
  const cwd = mkdtempSync(path.join(tmpdir(), 'native-'));
  try {
    const { status, stdout } = spawnSync('dash', ['-c', script], {
      cwd,
      input: stdin ?? '',
      encoding: 'utf8',
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    });
    return { exitCode: status, stdout };
  } finally {
    rmSync(cwd, { recursive: true });
  }
}

for (const script of SCRIPTS) {
  test(script.name, async ({ openTerminal }) => {
    const terminal = await openTerminal({ ephemeral: true });
    await terminal.exec('mkdir /tmp/empty');
    const { exitCode, stdout } = await terminal.exec(script.script, { cwd: '/tmp/empty', stdin: script.stdin ?? '' });
    expect({ exitCode, stdout }).toEqual(runNatively(script));
  });
}
