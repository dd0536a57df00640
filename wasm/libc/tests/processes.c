/* vfork, exec, spawn, wait, popen and system: what programs do that only start others. The program starts itself. */
#include "report.h"
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static char *self;

static void show_status(int status)
{
	if (WIFEXITED(status))
		printf("exited with %d\n", WEXITSTATUS(status));
	else if (WIFSIGNALED(status))
		printf("killed by %s\n", strsignal(WTERMSIG(status)));
	else if (WIFSTOPPED(status))
		printf("stopped by %s\n", strsignal(WSTOPSIG(status)));
	else if (WIFCONTINUED(status))
		printf("continued\n");
	fflush(stdout);
}

static void show_wait(pid_t pid, int options)
{
	int status = 0;
	pid_t done = waitpid(pid, &status, options);

	if (done < 0)
		printf("wait: %s\n", strerror(errno));
	else if (done == 0)
		printf("nothing yet\n");
	else
		show_status(status);
}

/* What the program does as somebody's child. */
static int child(char **argv)
{
	const char *what = argv[1];

	if (strcmp(what, "exit") == 0)
		return atoi(argv[2]);
	if (strcmp(what, "raise") == 0)
		raise(atoi(argv[2]));
	if (strcmp(what, "stop") == 0) {
		raise(SIGSTOP);
		/* Time for the parent to see that it continues before it ends. */
		usleep(200000);
		return atoi(argv[2]);
	}
	if (strcmp(what, "say") == 0) {
		printf("%s %s\n", argv[2], getenv("GREETING") ? getenv("GREETING") : "(none)");
		return 0;
	}
	if (strcmp(what, "ids") == 0) {
		printf("own group %s, own session %s, USR1 %s, USR2 %s\n", getpgrp() == getpid() ? "yes" : "no",
		       getsid(0) == getpid() ? "yes" : "no", signal(SIGUSR1, SIG_DFL) == SIG_IGN ? "ignored" : "default",
		       signal(SIGUSR2, SIG_DFL) == SIG_IGN ? "ignored" : "default");
		sigset_t mask;
		sigprocmask(SIG_BLOCK, NULL, &mask);
		printf("HUP %s\n", sigismember(&mask, SIGHUP) ? "blocked" : "open");
		return 0;
	}
	if (strcmp(what, "fds") == 0) {
		for (int fd = 0; fd < 10; fd++)
			if (fcntl(fd, F_GETFD) >= 0)
				printf("%d ", fd);
		printf("\n");
		return 0;
	}
	if (strcmp(what, "count") == 0) {
		int n = 0;
		while (getchar() != EOF)
			n++;
		printf("%d bytes\n", n);
		return 0;
	}
	return 99;
}

static void plain(void)
{
	volatile int shared = 0;
	char *argv[] = {self, "exit", "7", NULL};
	char *missing[] = {"nothing", NULL};

	AREA("vfork");
	pid_t pid = vfork();
	if (pid == 0) {
		shared = 1;
		_exit(3);
	}
	HOLDS(pid > 0 && shared == 1);
	show_wait(pid, 0);
	show_wait(pid, 0);
	pid = vfork();
	if (pid == 0) {
		execv(self, argv);
		_exit(127);
	}
	show_wait(pid, 0);
	pid = vfork();
	if (pid == 0) {
		execvp("/nothing/at/all", missing);
		shared = errno;
		_exit(127);
	}
	printf("exec: %s\n", strerror(shared));
	show_wait(-1, 0);
	/* The child's signals and descriptors are its own. */
	signal(SIGUSR1, SIG_IGN);
	int fd = dup(1);
	pid = vfork();
	if (pid == 0) {
		signal(SIGUSR1, SIG_DFL);
		close(fd);
		chdir("/");
		execl(self, self, "raise", "10", (char *)NULL);
		_exit(127);
	}
	show_wait(pid, 0);
	HOLDS(fcntl(fd, F_GETFD) == 0 && access("/etc/passwd", F_OK) == 0);
	HOLDS(signal(SIGUSR1, SIG_DFL) == SIG_IGN);
	close(fd);
}

static pid_t start(const char *what, const char *argument)
{
	char *argv[] = {self, (char *)what, (char *)argument, NULL};
	pid_t pid = -1;
	int error = posix_spawn(&pid, self, NULL, NULL, argv, (char *[]){"GREETING=hello", NULL});

	if (error != 0)
		printf("spawn: %s\n", strerror(error));
	return pid;
}

static void spawning(void)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t set;
	pid_t pid;
	char buf[64] = "";
	int p[2];

	AREA("spawn");
	show_wait(start("say", "hello"), 0);
	show_wait(start("exit", "300"), 0);
	show_wait(start("raise", "9"), 0);
	show_wait(start("raise", "11"), 0);
	char *argv[] = {"nothing", NULL};
	SHOW(posix_spawn(&pid, "/nothing", NULL, NULL, argv, argv + 1) == ENOENT);
	SHOW(posix_spawnp(&pid, "nothing-by-that-name", NULL, NULL, argv, argv + 1) == ENOENT);
	show_wait(-1, 0);

	pipe2(p, O_CLOEXEC);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 5, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, p[1], 1);
	posix_spawn_file_actions_addclose(&actions, 2);
	char *fds[] = {self, "fds", NULL};
	SHOW(posix_spawn(&pid, self, &actions, NULL, fds, fds + 2));
	posix_spawn_file_actions_destroy(&actions);
	close(p[1]);
	show_wait(pid, 0);
	SHOW(read(p[0], buf, sizeof(buf) - 1));
	printf("descriptors %s", buf);
	close(p[0]);

	signal(SIGUSR1, SIG_IGN);
	signal(SIGUSR2, SIG_IGN);
	posix_spawnattr_init(&attributes);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	posix_spawnattr_setsigdefault(&attributes, &set);
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	posix_spawnattr_setsigmask(&attributes, &set);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	char *ids[] = {self, "ids", NULL};
	/* Told when the child has had its say: both write to the same stream. */
	int error = posix_spawn(&pid, self, NULL, &attributes, ids, ids + 2);
	show_wait(pid, 0);
	SHOW(error);
	posix_spawnattr_destroy(&attributes);
	signal(SIGUSR1, SIG_DFL);
	signal(SIGUSR2, SIG_DFL);
}

static void stopping(void)
{
	siginfo_t info;

	AREA("stop and continue");
	pid_t pid = start("stop", "6");
	show_wait(pid, WUNTRACED);
	show_wait(pid, WNOHANG | WUNTRACED);
	SHOW(kill(pid, SIGCONT));
	show_wait(pid, WCONTINUED);
	show_wait(pid, 0);
	pid = start("exit", "4");
	memset(&info, 0, sizeof(info));
	SHOW(waitid(P_PID, (id_t)pid, &info, WEXITED));
	HOLDS(info.si_pid == pid && info.si_code == CLD_EXITED && info.si_status == 4 && info.si_signo == SIGCHLD);
	SHOW(setpgid(0, 0) == 0 || getpgrp() == getpid());
	pid = start("exit", "5");
	show_wait(0, 0);
	show_wait(-getpgrp(), 0);
	show_wait(1, 0);
	SHOW(getpgid(0) == getpgrp());
	SHOW(getsid(999999));
	HOLDS(getppid() > 0);
}

static void shells(void)
{
	char line[64];

	AREA("shells");
	FILE *file = popen("echo one; echo two; exit 3", "r");
	while (fgets(line, sizeof(line), file) != NULL)
		printf("got %s", line);
	show_status(pclose(file));
	snprintf(line, sizeof(line), "'%s' count", self);
	file = popen(line, "w");
	for (int i = 0; i < 1000; i++)
		fprintf(file, "line %d\n", i);
	show_status(pclose(file));
	show_status(system("exit 5"));
	show_status(system("kill -TERM $$"));
	SHOW(system(NULL) != 0);
	HOLDS(popen("true", "x") == NULL && errno == EINVAL);
}

static void limits(void)
{
	struct rlimit limit;

	AREA("limits");
	SHOW(getrlimit(RLIMIT_NOFILE, &limit));
	limit.rlim_cur = 16;
	SHOW(setrlimit(RLIMIT_NOFILE, &limit));
	int fd, last = -1;
	while ((fd = dup(1)) >= 0)
		last = fd;
	printf("dup: %s after %d\n", strerror(errno), last);
	while (last > 2)
		close(last--);
	limit.rlim_cur = limit.rlim_max + 1;
	SHOW(limit.rlim_max == RLIM_INFINITY || setrlimit(RLIMIT_NOFILE, &limit) == -1);
	SHOW(getrlimit(99, &limit));
	signal(SIGXFSZ, SIG_IGN);
	limit = (struct rlimit){1 << 20, RLIM_INFINITY};
	SHOW(setrlimit(RLIMIT_FSIZE, &limit));
	fd = open("limited", O_RDWR | O_CREAT | O_TRUNC, 0600);
	char block[150] = {0};
	SHOW(pwrite(fd, block, sizeof(block), (1 << 20) - 100));
	SHOW(pwrite(fd, block, 1, 1 << 20));
	close(fd);
	unlink("limited");
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return child(argv);
	self = argv[0];
	setenv("PATH", "/usr/bin:/bin", 1);
	plain();
	spawning();
	stopping();
	shells();
	limits();
	return 0;
}
