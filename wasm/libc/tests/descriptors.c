/* Descriptors: dup, fcntl, pipes, poll and select. */
#include "report.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <unistd.h>

static void duplicates(void)
{
	struct stat s;

	AREA("duplicates");
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	printf("first free is %d\n", fd);
	SHOW(fcntl(fd, F_GETFD));
	SHOW(dup(fd));
	SHOW(fcntl(fd + 1, F_GETFD));
	SHOW(dup2(fd, 20));
	SHOW(dup2(fd, fd));
	SHOW(dup2(99, 21));
	SHOW(dup3(fd, 22, O_CLOEXEC));
	SHOW(fcntl(22, F_GETFD));
	SHOW(dup3(fd, fd, 0));
	SHOW(fcntl(fd, F_DUPFD, 30));
	SHOW(fcntl(fd, F_DUPFD_CLOEXEC, 30));
	SHOW(fcntl(31, F_GETFD));
	SHOW(fcntl(31, F_SETFD, 0));
	SHOW(fcntl(31, F_GETFD));
	SHOW(fcntl(fd, F_SETFL, O_NONBLOCK));
	HOLDS((fcntl(20, F_GETFL) & O_NONBLOCK) != 0);
	SHOW(fcntl(99, F_GETFL));
	SHOW(fcntl(fd, 4711));
	SHOW(fstat(99, &s));
	for (int i = fd; i < 40; i++)
		close(i);
}

static void pipes(void)
{
	static char block[65536];
	char buf[8] = "";
	int p[2], available = -1;

	AREA("pipes");
	SHOW(pipe(p));
	SHOW(write(p[1], "abc", 3));
	SHOW(ioctl(p[0], FIONREAD, &available));
	printf("%d bytes\n", available);
	SHOW(read(p[0], buf, 2));
	SHOW(read(p[0], buf + 2, 5));
	TEXT(buf);
	SHOW(write(p[0], "x", 1));
	SHOW(read(p[1], buf, 1));
	SHOW(lseek(p[0], 0, SEEK_CUR));
	fcntl(p[0], F_SETFL, O_NONBLOCK);
	SHOW(read(p[0], buf, 1));
	fcntl(p[1], F_SETFL, O_NONBLOCK);
	SHOW(write(p[1], block, sizeof(block)));
	SHOW(write(p[1], block, 1));
	SHOW(read(p[0], block, 4096));
	SHOW(write(p[1], block, 8192));
	SHOW(write(p[1], block, 1));
	close(p[1]);
	int total = 0, n;
	while ((n = (int)read(p[0], block, sizeof(block))) > 0)
		total += n;
	printf("%d bytes, then end\n", total);
	close(p[0]);
	pipe(p);
	close(p[0]);
	signal(SIGPIPE, SIG_IGN);
	SHOW(write(p[1], "x", 1));
	signal(SIGPIPE, SIG_DFL);
	close(p[1]);
	SHOW(pipe2(p, O_CLOEXEC | O_NONBLOCK));
	SHOW(fcntl(p[0], F_GETFD));
	HOLDS((fcntl(p[1], F_GETFL) & O_NONBLOCK) != 0);
	close(p[0]);
	close(p[1]);
}

static void show_events(const char *what, int result, struct pollfd *fds, int count)
{
	printf("%s: %d", what, result);
	for (int i = 0; i < count; i++)
		printf(" %s%s%s%s%s", fds[i].revents & POLLIN ? "IN " : "", fds[i].revents & POLLOUT ? "OUT " : "",
		       fds[i].revents & POLLHUP ? "HUP " : "", fds[i].revents & POLLERR ? "ERR " : "",
		       fds[i].revents & POLLNVAL ? "NVAL " : "");
	printf("\n");
}

static void polling(void)
{
	int p[2];
	struct pollfd fds[3];
	struct timespec instant = {0, 1000};

	AREA("poll");
	pipe(p);
	fds[0] = (struct pollfd){.fd = p[0], .events = POLLIN};
	fds[1] = (struct pollfd){.fd = p[1], .events = POLLOUT};
	fds[2] = (struct pollfd){.fd = -1, .events = POLLIN};
	show_events("empty", poll(fds, 3, 0), fds, 3);
	write(p[1], "x", 1);
	show_events("one byte", poll(fds, 3, -1), fds, 3);
	fds[2].fd = 99;
	show_events("not open", poll(fds, 3, 0), fds, 3);
	fds[2].fd = open("/dev/null", O_RDWR);
	fds[2].events = POLLIN | POLLOUT;
	show_events("null", ppoll(fds, 3, &instant, NULL), fds, 3);
	close(p[1]);
	show_events("writer gone", poll(fds, 1, -1), fds, 1);
	char c;
	read(p[0], &c, 1);
	show_events("and empty", poll(fds, 1, -1), fds, 1);
	close(p[0]);
	pipe(p);
	close(p[0]);
	fds[1].fd = p[1];
	show_events("reader gone", poll(fds + 1, 1, -1), fds + 1, 1);
	close(p[1]);
	close(fds[2].fd);
	SHOW(poll(NULL, 0, 20));
}

static void selecting(void)
{
	int p[2];
	fd_set readable, writable;
	struct timeval none = {0, 0};

	AREA("select");
	pipe(p);
	FD_ZERO(&readable);
	FD_ZERO(&writable);
	FD_SET(p[0], &readable);
	FD_SET(p[1], &writable);
	SHOW(select(p[1] + 1, &readable, &writable, NULL, &none));
	HOLDS(!FD_ISSET(p[0], &readable) && FD_ISSET(p[1], &writable));
	write(p[1], "x", 1);
	FD_SET(p[0], &readable);
	SHOW(select(p[1] + 1, &readable, NULL, NULL, NULL));
	HOLDS(FD_ISSET(p[0], &readable));
	close(p[0]);
	close(p[1]);
	FD_ZERO(&readable);
	FD_SET(p[0], &readable);
	SHOW(select(p[0] + 1, &readable, NULL, NULL, &none));
	SHOW(select(-1, NULL, NULL, NULL, &none));
}

int main(void)
{
	duplicates();
	pipes();
	polling();
	selecting();
	return 0;
}
