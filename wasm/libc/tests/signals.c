/* Signals: dispositions, masks, handlers, interrupted calls, timers, jumps out of handlers. */
#include "report.h"
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t caught[65];

static void count(int sig)
{
	caught[sig]++;
}

static void show_caught(int sig)
{
	printf("%s: %d\n", strsignal(sig), caught[sig]);
	caught[sig] = 0;
}

static void install(int sig, void (*handler)(int), int flags)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags};

	SHOW(sigaction(sig, &action, NULL));
}

static void dispositions(void)
{
	struct sigaction old;

	AREA("dispositions");
	HOLDS(signal(SIGUSR1, count) == SIG_DFL);
	HOLDS(signal(SIGUSR1, SIG_IGN) == count);
	SHOW(raise(SIGUSR1));
	HOLDS(signal(SIGUSR1, count) == SIG_IGN);
	SHOW(raise(SIGUSR1));
	show_caught(SIGUSR1);
	SHOW(sigaction(SIGUSR1, NULL, &old));
	HOLDS(old.sa_handler == count && (old.sa_flags & SA_RESTART));
	HOLDS(signal(SIGKILL, count) == SIG_ERR && errno == EINVAL);
	HOLDS(signal(SIGSTOP, SIG_IGN) == SIG_ERR && errno == EINVAL);
	HOLDS(signal(99, SIG_IGN) == SIG_ERR && errno == EINVAL);
	install(SIGUSR1, count, SA_RESETHAND);
	raise(SIGUSR1);
	show_caught(SIGUSR1);
	sigaction(SIGUSR1, NULL, &old);
	HOLDS(old.sa_handler == SIG_DFL);
	SHOW(kill(getpid(), 0));
	SHOW(kill(getpid(), 99));
	SHOW(kill(999999, 0));
	HOLDS(signal(SIGCHLD, SIG_DFL) == SIG_DFL);
	raise(SIGCHLD);
	raise(SIGWINCH);
	raise(SIGCONT);
}

static void masks(void)
{
	sigset_t set, old, pending;

	AREA("masks");
	signal(SIGUSR1, count);
	signal(SIGUSR2, count);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	SHOW(sigismember(&set, SIGUSR1));
	SHOW(sigismember(&set, SIGUSR2));
	SHOW(sigaddset(&set, 0));
	SHOW(sigprocmask(SIG_BLOCK, &set, &old));
	SHOW(sigismember(&old, SIGUSR1));
	raise(SIGUSR1);
	raise(SIGUSR1);
	show_caught(SIGUSR1);
	sigpending(&pending);
	SHOW(sigismember(&pending, SIGUSR1));
	SHOW(sigismember(&pending, SIGUSR2));
	SHOW(sigprocmask(SIG_SETMASK, &old, NULL));
	show_caught(SIGUSR1);
	SHOW(sigprocmask(99, &set, NULL));
	/* What is blocked when it comes is taken by sigsuspend. */
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGUSR1);
	SHOW(sigsuspend(&old));
	show_caught(SIGUSR1);
	sigprocmask(SIG_BLOCK, NULL, &old);
	SHOW(sigismember(&old, SIGUSR1));
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	/* Ignoring drops what is pending. */
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGUSR1);
	signal(SIGUSR1, SIG_IGN);
	sigpending(&pending);
	SHOW(sigismember(&pending, SIGUSR1));
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	sigfillset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	sigprocmask(SIG_BLOCK, NULL, &old);
	HOLDS(!sigismember(&old, SIGKILL) && !sigismember(&old, SIGSTOP) && sigismember(&old, SIGTERM));
	sigemptyset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
}

static void nested(int sig)
{
	sigset_t mask;

	sigprocmask(SIG_BLOCK, NULL, &mask);
	printf("in handler: USR1 %s, USR2 %s\n", sigismember(&mask, SIGUSR1) ? "blocked" : "open",
	       sigismember(&mask, SIGUSR2) ? "blocked" : "open");
	if (caught[sig]++ == 0) {
		raise(SIGUSR1);
		raise(SIGUSR2);
		printf("raised both\n");
	}
	errno = EDOM;
}

static void handlers(void)
{
	struct sigaction action = {.sa_handler = nested};

	AREA("handlers");
	caught[SIGUSR1] = 0;
	sigaddset(&action.sa_mask, SIGUSR2);
	sigaction(SIGUSR1, &action, NULL);
	signal(SIGUSR2, count);
	errno = 0;
	raise(SIGUSR1);
	HOLDS(errno == 0 || errno == EDOM);
	show_caught(SIGUSR1);
	show_caught(SIGUSR2);
}

static sigjmp_buf out;

static void jump(int sig)
{
	siglongjmp(out, sig);
}

static void jumps(void)
{
	sigset_t mask;

	AREA("jumps");
	signal(SIGUSR1, jump);
	for (volatile int i = 0; i < 3; i++) {
		int sig = sigsetjmp(out, 1);
		if (sig == 0) {
			raise(SIGUSR1);
			printf("not reached\n");
		}
		printf("jumped out of %s\n", strsignal(sig));
	}
	sigprocmask(SIG_BLOCK, NULL, &mask);
	SHOW(sigismember(&mask, SIGUSR1));
	signal(SIGUSR1, SIG_DFL);
}

static void set_alarm(int milliseconds)
{
	struct itimerval timer = {.it_value.tv_usec = milliseconds * 1000};

	setitimer(ITIMER_REAL, &timer, NULL);
}

static void interrupted(void)
{
	struct timespec long_time = {10, 0}, left = {0, 0};
	char c;
	int p[2];

	AREA("interrupted calls");
	pipe(p);
	install(SIGALRM, count, 0);
	set_alarm(30);
	SHOW(read(p[0], &c, 1));
	show_caught(SIGALRM);
	set_alarm(30);
	SHOW(nanosleep(&long_time, &left));
	HOLDS(left.tv_sec == 9);
	show_caught(SIGALRM);
	set_alarm(30);
	SHOW(pause());
	show_caught(SIGALRM);
	set_alarm(30);
	SHOW(sleep(7));
	show_caught(SIGALRM);
	SHOW(waitpid(-1, NULL, 0));
	SHOW(alarm(100));
	SHOW(alarm(0));
	struct itimerval timer = {{0, 10000}, {0, 10000}}, before;
	setitimer(ITIMER_REAL, &timer, NULL);
	while (caught[SIGALRM] < 3)
		pause();
	getitimer(ITIMER_REAL, &before);
	HOLDS(before.it_interval.tv_usec == 10000 && before.it_value.tv_usec <= 10000);
	memset(&timer, 0, sizeof(timer));
	SHOW(setitimer(ITIMER_REAL, &timer, NULL));
	HOLDS(caught[SIGALRM] >= 3);
	close(p[0]);
	close(p[1]);
}

int main(void)
{
	dispositions();
	masks();
	handlers();
	jumps();
	interrupted();
	signal(SIGTERM, SIG_DFL);
	printf("the end\n");
	fflush(stdout);
	raise(SIGTERM);
	return 1;
}
