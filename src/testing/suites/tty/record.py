#!/usr/bin/env python3
"""Records what a Linux pseudoterminal does: reads scenarios (scenario.ts), one JSON object a line, from standard
input and writes each with its outcomes to standard output.

    record.py [SETTLE_MICROSECONDS] < scenarios.jsonl > recorded.jsonl

The kernel hands what is written to a master to the line discipline in a worker of its own, and nothing tells when that
is over; the recorder waits a moment after each step. On a busy machine give it a longer one.
"""
import errno, fcntl, json, os, select, signal, struct, sys, termios, time

TCSETS = 0x5402  # + TCSANOW, TCSADRAIN, TCSAFLUSH
SIGNALS = [signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP]
SETTLE = float(sys.argv[1]) / 1e6 if len(sys.argv) > 1 else 0.0004

delivered = []


def attempt(call):
    try:
        return call()
    except OSError as error:
        return errno.errorcode[error.errno]


def set_termios(fd, when, t):
    packed = struct.pack("4IB19s", t["iflag"], t["oflag"], 0o277, t["lflag"], 0, bytes(t["cc"]))
    fcntl.ioctl(fd, TCSETS + when, packed)


def perform(master, slave, step):
    if "type" in step:
        return attempt(lambda: os.write(master, step["type"].encode("latin-1")))
    if "print" in step:
        return attempt(lambda: os.write(slave, step["print"].encode("latin-1")))
    if "read" in step:
        data = attempt(lambda: os.read(slave, step["read"]))
        return data if isinstance(data, str) else data.decode("latin-1")
    if "termios" in step:
        set_termios(slave, step["when"], step["termios"])
    elif "flush" in step:
        termios.tcflush(slave, step["flush"])
    else:
        termios.tcflow(slave, step["flow"])
    return 0


def drain(master):
    data = b""
    while isinstance(part := attempt(lambda: os.read(master, 65536)), bytes):
        data += part
    return data.decode("latin-1")


def ready(slave):
    poll = select.poll()
    poll.register(slave, select.POLLIN | select.POLLOUT | select.POLLPRI)
    return sum(bits for _, bits in poll.poll(0))


def record(scenario):
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for fd in (master, slave):
        os.set_blocking(fd, False)
    set_termios(slave, 0, scenario["termios"])
    outcomes = []
    for step in scenario["steps"]:
        delivered.clear()
        result = perform(master, slave, step)
        time.sleep(SETTLE)
        bits = ready(slave)
        screen = drain(master)
        available = struct.unpack("i", fcntl.ioctl(slave, termios.FIONREAD, b"\0" * 4))[0]
        outcomes.append([result, screen, sorted(set(delivered)), bits, available])
    os.close(master)
    os.close(slave)
    return {**scenario, "outcomes": outcomes}


def main():
    if os.getpgrp() == os.getpid():  # a group leader cannot start a session
        child = os.fork()
        if child:
            sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    os.setsid()
    for number in SIGNALS:
        signal.signal(number, lambda n, _: delivered.append(signal.Signals(n).name))
    for number in (signal.SIGHUP, signal.SIGCONT, signal.SIGTTOU):
        signal.signal(number, signal.SIG_IGN)
    for line in sys.stdin:
        print(json.dumps(record(json.loads(line)), separators=(",", ":"), ensure_ascii=False), flush=True)


main()
