/* Terminals: a pair of our own, its attributes, its size, and what its line discipline makes of input. */
#include "report.h"
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

static int master, slave;

/* What can be read within a moment, with control characters shown. */
static void show_input(const char *who, int fd)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	unsigned char buf[256];

	printf("%s reads", who);
	while (poll(&ready, 1, 50) > 0 && (ready.revents & POLLIN)) {
		ssize_t n = read(fd, buf, sizeof(buf));
		if (n == 0)
			printf(" (end)");
		if (n <= 0)
			break;
		printf(" \"");
		for (ssize_t i = 0; i < n; i++)
			printf(buf[i] < ' ' || buf[i] > '~' ? "<%d>" : "%c", buf[i]);
		printf("\"");
	}
	printf("\n");
}

static void type(const char *text)
{
	write(master, text, strlen(text));
	show_input("program", slave);
	show_input("screen", master);
}

static void set_local(tcflag_t on, tcflag_t off)
{
	struct termios t;

	tcgetattr(slave, &t);
	t.c_lflag = (t.c_lflag | on) & ~off;
	SHOW(tcsetattr(slave, TCSANOW, &t));
}

static void attributes(void)
{
	struct termios t, u;
	struct winsize size = {.ws_row = 33, .ws_col = 99};
	char name[64];
	int available = -1;

	AREA("attributes");
	SHOW(isatty(slave));
	SHOW(isatty(master));
	HOLDS(ttyname_r(slave, name, sizeof(name)) == 0 && strncmp(name, "/dev/pts/", 9) == 0);
	HOLDS(strcmp(name, ptsname(master)) == 0);
	SHOW(tcgetattr(slave, &t));
	printf("iflag %o oflag %o lflag %o\n", t.c_iflag & ~(tcflag_t)040000, t.c_oflag, t.c_lflag);
	printf("intr %d erase %d kill %d eof %d susp %d min %d time %d\n", t.c_cc[VINTR], t.c_cc[VERASE], t.c_cc[VKILL],
	       t.c_cc[VEOF], t.c_cc[VSUSP], t.c_cc[VMIN], t.c_cc[VTIME]);
	HOLDS(cfgetospeed(&t) == B38400 && cfgetispeed(&t) == B38400);
	u = t;
	cfmakeraw(&u);
	SHOW(tcsetattr(slave, TCSADRAIN, &u));
	tcgetattr(slave, &u);
	printf("raw: iflag %o oflag %o lflag %o\n", u.c_iflag & ~(tcflag_t)040000, u.c_oflag, u.c_lflag);
	SHOW(tcsetattr(slave, TCSAFLUSH, &t));
	SHOW(tcsetattr(slave, 17, &t));
	SHOW(ioctl(slave, TIOCSWINSZ, &size));
	memset(&size, 0, sizeof(size));
	SHOW(ioctl(master, TIOCGWINSZ, &size));
	printf("%d rows, %d columns\n", size.ws_row, size.ws_col);
	SHOW(ioctl(slave, FIONREAD, &available));
	int null = open("/dev/null", O_RDWR);
	SHOW(isatty(null));
	SHOW(tcgetattr(null, &t));
	SHOW(tcgetattr(99, &t));
	SHOW(tcgetpgrp(null));
	SHOW(tcflush(slave, 9));
	close(null);
}

static void canonical(void)
{
	AREA("canonical");
	type("hello\n");
	type("worl\177ld\n");
	type("forget this\25kept\n");
	type("one word\27two\n");
	type("cr\r");
	type("no newline\4");
	type("\4");
	type("literal \26\3\n");
	write(slave, "out\n", 4);
	show_input("screen", master);
	set_local(0, ECHO);
	type("secret\n");
	set_local(ECHO, 0);
	write(master, "dropped", 7);
	show_input("screen", master);
	SHOW(tcflush(slave, TCIFLUSH));
	type("kept\n");
}

static void raw(void)
{
	struct termios t;
	char c[8];

	AREA("raw");
	set_local(0, ICANON | ECHO | ISIG);
	type("a");
	type("\3\4\177");
	tcgetattr(slave, &t);
	t.c_cc[VMIN] = 0;
	t.c_cc[VTIME] = 1;
	tcsetattr(slave, TCSANOW, &t);
	SHOW(read(slave, c, sizeof(c)));
	write(master, "xyz", 3);
	SHOW(read(slave, c, 2));
	t.c_cc[VTIME] = 0;
	tcsetattr(slave, TCSANOW, &t);
	SHOW(read(slave, c, 2));
	SHOW(read(slave, c, 2));
	t.c_cc[VMIN] = 1;
	tcsetattr(slave, TCSANOW, &t);
	fcntl(slave, F_SETFL, O_NONBLOCK);
	SHOW(read(slave, c, 1));
	fcntl(slave, F_SETFL, 0);
	set_local(ICANON | ECHO | ISIG, 0);
}

/* A child with the terminal as its own, that tells on a pipe which signals come. */
static volatile sig_atomic_t last;

static void note(int sig)
{
	last = sig;
}

static int session_child(int report)
{
	static const int signals[] = {SIGINT, SIGQUIT, SIGTSTP, SIGWINCH, SIGHUP};

	close(master);
	if (login_tty(slave) < 0)
		return 1;
	dprintf(report, "%d%d%d;", getsid(0) == getpid(), tcgetpgrp(0) == getpgrp(), tcgetsid(0) == getpid());
	int tty = open("/dev/tty", O_RDWR);
	dprintf(report, "%d;", tty >= 0 && isatty(tty));
	close(tty);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], note);
	sigset_t all, none;
	sigfillset(&all);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &all, NULL);
	write(1, "ready\n", 6);
	while (last != SIGHUP) {
		sigsuspend(&none);
		dprintf(report, "%s;", strsignal(last));
	}
	return 0;
}

static void session(void)
{
	struct winsize size = {.ws_row = 10, .ws_col = 20};
	char line[512];
	int p[2];

	AREA("session");
	pipe(p);
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		close(p[0]);
		_exit(session_child(p[1]));
	}
	close(p[1]);
	close(slave);
	struct pollfd ready = {.fd = master, .events = POLLIN};
	poll(&ready, 1, -1);
	read(master, line, sizeof(line));
	const char *keys[] = {"\3", "\34", "\32"};
	size_t length = (size_t)read(p[0], line, sizeof(line) - 1);
	for (int i = 0; i < 3; i++) {
		write(master, keys[i], 1);
		length += (size_t)read(p[0], line + length, sizeof(line) - 1 - length);
	}
	ioctl(master, TIOCSWINSZ, &size);
	length += (size_t)read(p[0], line + length, sizeof(line) - 1 - length);
	close(master);
	ssize_t n;
	while ((n = read(p[0], line + length, sizeof(line) - 1 - length)) > 0)
		length += (size_t)n;
	line[length] = '\0';
	printf("%s\n", line);
	int status;
	waitpid(pid, &status, 0);
	printf("status %x\n", (unsigned)status);
}

int main(void)
{
	SHOW(openpty(&master, &slave, NULL, NULL, NULL));
	attributes();
	canonical();
	raw();
	session();
	return 0;
}
