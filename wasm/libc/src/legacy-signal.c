/* The signal functions of System V, sigset(3), in terms of masks and actions. */
#include <signal.h>
#include <unistd.h>
#include "internal.h"

static int change(int how, int sig)
{
	sigset_t set;

	sigemptyset(&set);
	return sigaddset(&set, sig) < 0 ? -1 : sigprocmask(how, &set, NULL);
}

int sighold(int sig)
{
	return change(SIG_BLOCK, sig);
}

int sigrelse(int sig)
{
	return change(SIG_UNBLOCK, sig);
}

int sigignore(int sig)
{
	struct sigaction action = {.sa_handler = SIG_IGN};

	return sigaction(sig, &action, NULL);
}

int sigpause(int sig)
{
	sigset_t mask;

	if (sigprocmask(SIG_BLOCK, NULL, &mask) < 0 || sigdelset(&mask, sig) < 0)
		return -1;
	return sigsuspend(&mask);
}

void (*sigset(int sig, void (*handler)(int)))(int)
{
	struct sigaction action = {.sa_handler = handler}, before;
	sigset_t mask;

	if (sigprocmask(SIG_BLOCK, NULL, &mask) < 0)
		return SIG_ERR;
	int blocked = sigismember(&mask, sig);
	int result = handler == SIG_HOLD ? sigaction(sig, NULL, &before) : sigaction(sig, &action, &before);
	if (result < 0 || change(handler == SIG_HOLD ? SIG_BLOCK : SIG_UNBLOCK, sig) < 0)
		return SIG_ERR;
	return blocked ? SIG_HOLD : before.sa_handler;
}
