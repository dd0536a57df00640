/* Locks: flock, record locks of processes and of open files, lockf. Needs fork. */
#include "report.h"
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

static int fd;
static int done[2];

static struct flock range(short type, off_t start, off_t length)
{
	return (struct flock){.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
}

static int lock(int at, int command, short type, off_t start, off_t length)
{
	struct flock lock = range(type, start, length);

	return fcntl(at, command, &lock);
}

/* What somebody else would find in the way. */
static void test(off_t start, off_t length)
{
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		struct flock lock = range(F_WRLCK, start, length);

		if (fcntl(fd, F_GETLK, &lock) < 0)
			perror("F_GETLK");
		else if (lock.l_type == F_UNLCK)
			printf("  [%d, %d): free\n", (int)start, (int)(start + length));
		else
			printf("  [%d, %d): %s by %s, %d bytes from %d\n", (int)start, (int)(start + length),
			       lock.l_type == F_RDLCK ? "read" : "written",
			       lock.l_pid == getppid() ? "its parent" : lock.l_pid == -1 ? "a file" : "another",
			       (int)lock.l_len, (int)lock.l_start);
		fflush(stdout);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

/* Run in a child that ends at once. */
#define CHILD(body)                                                                                \
	do {                                                                                       \
		fflush(stdout);                                                                    \
		pid_t pid_ = fork();                                                               \
		if (pid_ == 0) {                                                                   \
			body;                                                                      \
			fflush(stdout);                                                            \
			_exit(0);                                                                  \
		}                                                                                  \
		int status_;                                                                       \
		waitpid(pid_, &status_, 0);                                                        \
		if (status_ != 0)                                                                  \
			printf("status %d\n", status_);                                            \
	} while (0)

static void records(void)
{
	AREA("records");
	SHOW(lock(fd, F_SETLK, F_WRLCK, 10, 10));
	test(0, 10);
	test(0, 11);
	test(19, 5);
	test(20, 5);
	SHOW(lock(fd, F_SETLK, F_RDLCK, 12, 3));
	test(0, 0);
	test(12, 1);
	test(15, 1);
	SHOW(lock(fd, F_SETLK, F_UNLCK, 11, 2));
	test(11, 1);
	test(13, 1);
	SHOW(lock(fd, F_SETLK, F_WRLCK, 20, 0));
	test(1000, 1);
	SHOW(lock(fd, F_SETLK, F_WRLCK, 0, 0));
	test(500, 1);
	SHOW(lock(fd, F_SETLK, F_UNLCK, 0, 0));
	test(0, 0);
	SHOW(lock(fd, F_SETLK, F_WRLCK, 10, -5));
	test(0, 100);
	SHOW(lock(fd, F_SETLK, F_WRLCK, 2, -5));
	SHOW(lock(fd, F_SETLK, 7, 0, 0));
	SHOW(lock(fd, F_SETLK, F_WRLCK, -1, 0));
	struct flock end = {.l_type = F_WRLCK, .l_whence = SEEK_END, .l_start = -10, .l_len = 5};
	SHOW(fcntl(fd, F_SETLK, &end));
	test(60, 100);
	CHILD({
		SHOW(lock(fd, F_SETLK, F_WRLCK, 5, 1));
		SHOW(lock(fd, F_SETLK, F_RDLCK, 5, 1));
		SHOW(lock(fd, F_SETLK, F_RDLCK, 10, 80));
		SHOW(lock(fd, F_SETLK, F_UNLCK, 5, 1));
	});

	int reader = open("locked", O_RDONLY), writer = open("locked", O_WRONLY);
	SHOW(lock(reader, F_SETLK, F_WRLCK, 50, 1));
	SHOW(lock(writer, F_SETLK, F_RDLCK, 50, 1));
	SHOW(lock(reader, F_SETLK, F_RDLCK, 50, 1));
	test(50, 1);
	close(reader);
	puts("any descriptor closed:");
	test(0, 0);
	SHOW(lock(writer, F_SETLK, F_WRLCK, 0, 0));
	int copy = dup(writer);
	close(copy);
	test(0, 0);
	close(writer);
	SHOW(lock(999, F_SETLK, F_WRLCK, 0, 0));
}

static void waiting(void)
{
	char byte = 'x';

	AREA("waiting");
	SHOW(lock(fd, F_SETLK, F_WRLCK, 0, 1));
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		SHOW(lock(fd, F_SETLK, F_WRLCK, 1, 1));
		write(done[1], &byte, 1);
		_exit(lock(fd, F_SETLKW, F_WRLCK, 0, 1) == 0 ? 0 : 1);
	}
	read(done[0], &byte, 1);
	/* The child is waiting for us or is about to: one of the two is told. */
	usleep(100000);
	SHOW(lock(fd, F_SETLKW, F_WRLCK, 1, 1));
	SHOW(lock(fd, F_SETLK, F_UNLCK, 0, 0));
	int status;
	waitpid(pid, &status, 0);
	SHOW(status);
	test(0, 0);

	/* A process that is killed leaves nothing. */
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		lock(fd, F_SETLK, F_WRLCK, 0, 0);
		write(done[1], &byte, 1);
		pause();
	}
	read(done[0], &byte, 1);
	SHOW(lock(fd, F_SETLK, F_WRLCK, 0, 1));
	kill(pid, SIGKILL);
	SHOW(lock(fd, F_SETLKW, F_WRLCK, 0, 1));
	waitpid(pid, &status, 0);
	lock(fd, F_SETLK, F_UNLCK, 0, 0);
}

static void interrupted(int sig)
{
	(void)sig;
}

static void signals(void)
{
	char byte = 0;
	struct sigaction action = {.sa_handler = interrupted};

	AREA("signals");
	sigaction(SIGALRM, &action, NULL);
	pid_t pid = fork();
	if (pid == 0) {
		lock(fd, F_SETLK, F_WRLCK, 0, 0);
		write(done[1], &byte, 1);
		pause();
		_exit(0);
	}
	read(done[0], &byte, 1);
	alarm(1);
	SHOW(lock(fd, F_SETLKW, F_WRLCK, 0, 0));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void open_files(void)
{
	AREA("open files");
	int a = open("locked", O_RDWR), b = open("locked", O_RDWR), copy = dup(a);
	struct flock theirs = range(F_WRLCK, 0, 0);
	struct flock with_pid = range(F_WRLCK, 0, 0);

	with_pid.l_pid = 1;
	SHOW(fcntl(a, F_OFD_SETLK, &with_pid));
	SHOW(lock(a, F_OFD_SETLK, F_WRLCK, 0, 10));
	SHOW(lock(b, F_OFD_SETLK, F_WRLCK, 5, 10));
	SHOW(lock(b, F_OFD_SETLK, F_WRLCK, 10, 10));
	SHOW(lock(copy, F_OFD_SETLK, F_WRLCK, 5, 5));
	SHOW(lock(a, F_SETLK, F_WRLCK, 0, 1));
	SHOW(fcntl(b, F_OFD_GETLK, &theirs));
	printf("type %d, pid %d, %d bytes\n", theirs.l_type, (int)theirs.l_pid, (int)theirs.l_len);
	test(0, 5);
	CHILD(SHOW(lock(a, F_OFD_SETLK, F_WRLCK, 0, 10)));
	close(a);
	test(0, 5);
	close(copy);
	test(0, 5);
	close(b);
	test(0, 0);
}

static void whole_files(void)
{
	AREA("flock");
	int a = open("locked", O_RDWR), b = open("locked", O_RDONLY), copy = dup(a);

	SHOW(flock(a, LOCK_EX));
	SHOW(flock(a, LOCK_EX | LOCK_NB));
	SHOW(flock(copy, LOCK_EX | LOCK_NB));
	SHOW(flock(b, LOCK_EX | LOCK_NB));
	SHOW(flock(b, LOCK_SH | LOCK_NB));
	SHOW(lock(fd, F_SETLK, F_WRLCK, 0, 0));
	SHOW(flock(a, LOCK_SH));
	SHOW(flock(b, LOCK_SH | LOCK_NB));
	puts("a change that fails loses what there was:");
	SHOW(flock(a, LOCK_EX | LOCK_NB));
	SHOW(flock(b, LOCK_EX | LOCK_NB));
	SHOW(flock(b, LOCK_UN));
	SHOW(flock(b, LOCK_UN));
	SHOW(flock(a, LOCK_EX | LOCK_NB));
	CHILD({
		SHOW(flock(b, LOCK_EX | LOCK_NB));
		SHOW(flock(a, LOCK_EX | LOCK_NB));
	});
	SHOW(flock(b, LOCK_SH | LOCK_NB));
	close(a);
	SHOW(flock(b, LOCK_SH | LOCK_NB));
	close(copy);
	SHOW(flock(b, LOCK_SH | LOCK_NB));
	SHOW(flock(b, 0));
	SHOW(flock(b, LOCK_SH | LOCK_EX));
	SHOW(flock(999, LOCK_SH));
	close(b);
	lock(fd, F_SETLK, F_UNLCK, 0, 0);
}

static void sections(void)
{
	AREA("lockf");
	lseek(fd, 20, SEEK_SET);
	SHOW(lockf(fd, F_LOCK, 10));
	test(0, 0);
	SHOW(lockf(fd, F_TEST, 10));
	CHILD({
		SHOW(lockf(fd, F_TEST, 10));
		SHOW(lockf(fd, F_TLOCK, 10));
		SHOW(lockf(fd, F_TEST, -10));
	});
	SHOW(lockf(fd, F_ULOCK, 5));
	test(0, 0);
	SHOW(lockf(fd, F_ULOCK, 0));
	test(0, 0);
	SHOW(lockf(fd, 99, 0));
}

int main(void)
{
	fd = open("locked", O_RDWR | O_CREAT | O_TRUNC, 0644);
	ftruncate(fd, 100);
	pipe(done);
	records();
	waiting();
	signals();
	open_files();
	whole_files();
	sections();
	return 0;
}
