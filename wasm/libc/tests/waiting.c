/* What comes with a signal, waiting for signals without handlers, and waiting for children in all of its forms. */
#include "report.h"
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t seen, code, status;
static volatile pid_t sender;

static void note(int sig, siginfo_t *info, void *context)
{
	(void)context;
	seen = sig;
	code = info->si_code;
	sender = info->si_pid;
	status = sig == SIGCHLD ? info->si_status : 0;
}

static const char *code_name(int value)
{
	switch (value) {
	case SI_USER:
		return "SI_USER";
	case SI_KERNEL:
		return "SI_KERNEL";
	case CLD_EXITED:
		return "CLD_EXITED";
	case CLD_KILLED:
		return "CLD_KILLED";
	case CLD_STOPPED:
		return "CLD_STOPPED";
	case CLD_CONTINUED:
		return "CLD_CONTINUED";
	default:
		return "another";
	}
}

static pid_t start(const char *script)
{
	char *argv[] = {"sh", "-c", (char *)script, NULL};
	pid_t pid = -1;

	if (posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, environ) != 0)
		return -1;
	return pid;
}

static sigset_t set_of(int sig)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	return set;
}

static void show_handlers(void)
{
	struct sigaction action = {.sa_sigaction = note, .sa_flags = SA_SIGINFO};
	sigset_t set = set_of(SIGCHLD), before;
	int result;

	AREA("siginfo in a handler");
	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGCHLD, &action, NULL);
	raise(SIGUSR1);
	HOLDS(seen == SIGUSR1);
	HOLDS(sender == getpid());
	sigprocmask(SIG_BLOCK, &set, &before);
	pid_t child = start("exit 7");
	while (seen != SIGCHLD)
		sigsuspend(&before);
	printf("%s %d\n", code_name(code), status);
	HOLDS(sender == child);
	waitpid(child, &result, 0);
	seen = 0;
	child = start("kill -KILL $$");
	while (seen != SIGCHLD)
		sigsuspend(&before);
	printf("%s %d\n", code_name(code), status);
	waitpid(child, &result, 0);
	sigprocmask(SIG_SETMASK, &before, NULL);
	signal(SIGCHLD, SIG_DFL);
}

static void show_sigwait(void)
{
	sigset_t set = set_of(SIGUSR2), pending;
	struct timespec moment = {0, 20000000};
	siginfo_t info;
	int sig = 0;

	AREA("sigwait");
	sigprocmask(SIG_BLOCK, &set, NULL);
	SHOW(sigtimedwait(&set, &info, &moment));
	kill(getpid(), SIGUSR2);
	SHOW(sigwait(&set, &sig));
	HOLDS(sig == SIGUSR2);
	sigpending(&pending);
	HOLDS(!sigismember(&pending, SIGUSR2));
	kill(getpid(), SIGUSR2);
	HOLDS(sigtimedwait(&set, &info, &moment) == SIGUSR2);
	HOLDS(info.si_pid == getpid() && info.si_code == SI_USER);
	sigaddset(&set, SIGALRM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	alarm(1);
	HOLDS(sigwaitinfo(&set, &info) == SIGALRM);
	printf("%s\n", code_name(info.si_code));
	set = set_of(SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	pid_t child = start("exit 3");
	HOLDS(sigwaitinfo(&set, &info) == SIGCHLD);
	HOLDS(info.si_pid == child);
	printf("%s %d\n", code_name(info.si_code), info.si_status);
	waitpid(child, NULL, 0);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	moment.tv_nsec = -1;
	SHOW(sigtimedwait(&set, &info, &moment));
}

static void show_waitid(void)
{
	siginfo_t info = {0};

	AREA("waitid");
	pid_t child = start("exit 5");
	SHOW(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT));
	printf("%s %d\n", code_name(info.si_code), info.si_status);
	HOLDS(info.si_pid == child);
	SHOW(waitid(P_PID, (id_t)child, &info, WEXITED));
	SHOW(waitid(P_PID, (id_t)child, &info, WEXITED));
	child = start("kill -STOP $$; exit 9");
	SHOW(waitid(P_ALL, 0, &info, WSTOPPED));
	printf("%s %d\n", code_name(info.si_code), info.si_status);
	kill(child, SIGCONT);
	SHOW(waitid(P_ALL, 0, &info, WCONTINUED));
	printf("%s %d\n", code_name(info.si_code), info.si_status);
	SHOW(waitid(P_ALL, 0, &info, WEXITED));
	printf("%s %d\n", code_name(info.si_code), info.si_status);
	SHOW(waitid(P_ALL, 0, &info, WEXITED));
	SHOW(waitid(P_ALL, 0, &info, 0));
}

/* Old programs use them. */
#pragma clang diagnostic ignored "-Wdeprecated-declarations"

static void show_old(void)
{
	AREA("System V signals");
	SHOW(sighold(SIGUSR2));
	sigset_t pending;
	kill(getpid(), SIGUSR2);
	sigpending(&pending);
	HOLDS(sigismember(&pending, SIGUSR2));
	SHOW(sigignore(SIGUSR2));
	SHOW(sigrelse(SIGUSR2));
	HOLDS(sigset(SIGUSR2, SIG_DFL) == SIG_IGN);
	HOLDS(sigset(SIGUSR2, SIG_HOLD) == SIG_DFL);
	HOLDS(sigset(SIGUSR2, SIG_DFL) == SIG_HOLD);
	SHOW(sighold(1000));

	AREA("signal stacks");
	stack_t stack = {.ss_sp = malloc(SIGSTKSZ), .ss_size = SIGSTKSZ}, before;
	SHOW(sigaltstack(&stack, &before));
	HOLDS(before.ss_flags == SS_DISABLE);
	stack.ss_size = 16;
	SHOW(sigaltstack(&stack, NULL));
	stack.ss_flags = SS_DISABLE;
	SHOW(sigaltstack(&stack, &before));
	HOLDS(before.ss_size == (size_t)SIGSTKSZ);
}

int main(void)
{
	show_handlers();
	show_sigwait();
	show_waitid();
	show_old();
}
