/* fork: two processes from one, with memory, descriptors and buffers of their own. Built with the transformation. */
#include "report.h"
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int wait_code(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static void memory(void)
{
	int local = 1;
	char *heap = strdup("parent");

	AREA("memory");
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		local++;
		strcpy(heap, "child");
		printf("child: %d %s\n", local, heap);
		fflush(stdout);
		HOLDS(getppid() != getpid());
		fflush(stdout);
		_exit(local);
	}
	SHOW(wait_code(pid));
	printf("parent: %d %s\n", local, heap);
	free(heap);
}

/* Unwinding from many frames, with locals of every kind. */
static long long deep(int depth, double x, long long y)
{
	char pad[64];

	memset(pad, depth, sizeof(pad));
	if (depth == 0) {
		fflush(stdout);
		pid_t pid = fork();
		if (pid == 0)
			return y * 2 + (long long)x;
		wait_code(pid);
		return y + (long long)x;
	}
	long long result = deep(depth - 1, x + 0.5, y + depth);
	for (size_t i = 0; i < sizeof(pad); i++)
		if (pad[i] != (char)depth)
			return -1;
	return result;
}

static void depths(void)
{
	pid_t me = getpid();

	AREA("depths");
	for (int depth = 1; depth <= 400; depth *= 20) {
		long long result = deep(depth, 1.5, 7);
		printf("%s at %d: %lld\n", getpid() == me ? "parent" : "child", depth, result);
		if (getpid() != me) {
			fflush(stdout);
			_exit(0);
		}
	}
}

static void descriptors(void)
{
	char buf[32] = "";
	int p[2];

	AREA("descriptors");
	int fd = open("shared", O_RDWR | O_CREAT | O_TRUNC, 0600);
	unlink("shared");
	pipe(p);
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		close(p[0]);
		write(fd, "offset", 6);
		write(p[1], "from the child", 14);
		_exit(0);
	}
	close(p[1]);
	SHOW(read(p[0], buf, sizeof(buf)));
	TEXT(buf);
	SHOW(read(p[0], buf, sizeof(buf)));
	SHOW(wait_code(pid));
	SHOW(lseek(fd, 0, SEEK_CUR));
	close(fd);
	close(p[0]);
}

static void buffers(void)
{
	AREA("buffers");
	fflush(stdout);
	printf("written twice");
	pid_t pid = fork();
	if (pid == 0)
		exit(0);
	wait_code(pid);
	printf("\n");
}

static volatile sig_atomic_t caught;

static void count(int sig)
{
	(void)sig;
	caught++;
}

static void signals(void)
{
	sigset_t set, mask, pending;

	AREA("signals");
	signal(SIGUSR1, count);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, &mask);
	raise(SIGUSR1);
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		/* The mask is inherited, what is pending is not; the handler still is there. */
		sigpending(&pending);
		int inherited = sigismember(&pending, SIGUSR1);
		sigprocmask(SIG_SETMASK, &mask, NULL);
		raise(SIGUSR1);
		_exit(inherited * 10 + caught);
	}
	SHOW(wait_code(pid));
	sigprocmask(SIG_SETMASK, &mask, NULL);
	SHOW(caught);
	caught = 0;
	signal(SIGCHLD, count);
	pid = fork();
	if (pid == 0)
		_exit(0);
	SHOW(wait_code(pid));
	SHOW(caught);
	signal(SIGCHLD, SIG_DFL);
	pid = fork();
	if (pid == 0)
		for (;;)
			pause();
	SHOW(kill(pid, SIGTERM));
	SHOW(wait_code(pid));
}

static void jumps(void)
{
	jmp_buf env;

	AREA("jumps");
	fflush(stdout);
	int value = setjmp(env);
	if (value == 0) {
		pid_t pid = fork();
		if (pid == 0)
			longjmp(env, 5);
		SHOW(wait_code(pid));
		longjmp(env, 6);
	}
	if (value == 5)
		_exit(50);
	printf("parent came back with %d\n", value);
}

static void family(void)
{
	AREA("family");
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		pid_t grandchild = fork();
		if (grandchild == 0)
			_exit(3);
		_exit(wait_code(grandchild) + 1);
	}
	SHOW(wait_code(pid));
	pid = fork();
	if (pid == 0) {
		execlp("sh", "sh", "-c", "exit 9", (char *)NULL);
		_exit(127);
	}
	SHOW(wait_code(pid));
	for (int i = 0; i < 5; i++)
		if (fork() == 0)
			_exit(i);
	int sum = 0, status;
	while (wait(&status) > 0)
		sum += WEXITSTATUS(status);
	printf("sum %d\n", sum);
	SHOW(wait(NULL));
}

int main(void)
{
	memory();
	depths();
	descriptors();
	buffers();
	signals();
	jumps();
	family();
	return 0;
}
