/*
 * sigaction(2) and the delivery of signals. The C handlers stay here; the system knows for each signal its disposition,
 * flags and mask. The runtime runs handlers after a call, through the export __tabos_deliver.
 */
#include <setjmp.h>
#include <signal.h>
#include <tabos/disposition.h>
#include <unistd.h>
#include "internal.h"
#include "signal-table.h"

struct sigaction __tabos_handlers[_NSIG];

void __tabos_fill_siginfo(siginfo_t *info, int sig, int pid, int code, int status)
{
	memset(info, 0, sizeof(*info));
	info->si_signo = sig;
	info->si_code = code;
	info->si_pid = pid;
	/* All processes are of one user; what the system sends is of nobody. */
	info->si_uid = pid ? getuid() : 0;
	if (sig == SIGCHLD && code > 0 && code != SI_KERNEL)
		info->si_status = status;
}

EXPORT(__tabos_deliver) void __tabos_deliver(int sig, int pid, int code, int status)
{
	struct sigaction *action = &__tabos_handlers[sig];
	int saved = errno;

	if (action->sa_handler == SIG_DFL || action->sa_handler == SIG_IGN)
		return;
	if (action->sa_flags & SA_SIGINFO) {
		siginfo_t info;
		__tabos_fill_siginfo(&info, sig, pid, code, status);
		action->sa_sigaction(sig, &info, NULL);
	} else {
		action->sa_handler(sig);
	}
	errno = saved;
}

static int disposition_of(const struct sigaction *action)
{
	if (action == NULL)
		return TABOS_SIG_query;
	if (action->sa_handler == SIG_DFL)
		return TABOS_SIG_default;
	return action->sa_handler == SIG_IGN ? TABOS_SIG_ignore : TABOS_SIG_handler;
}

int sigaction(int sig, const struct sigaction *restrict action, struct sigaction *restrict old)
{
	if (sig < 1 || sig >= _NSIG)
		return fail(EINVAL);
	struct sigaction before = __tabos_handlers[sig];
	uint32_t flags = action ? (uint32_t)action->sa_flags : 0;
	uint32_t low = action ? (uint32_t)action->sa_mask.__bits[0] : 0;
	uint32_t high = action ? (uint32_t)action->sa_mask.__bits[1] : 0;

	/* The new handler may run before the call returns. */
	if (action != NULL)
		__tabos_handlers[sig] = *action;
	int disposition = check(tabos_sigaction(sig, disposition_of(action), flags, low, high));
	if (disposition < 0) {
		__tabos_handlers[sig] = before;
		return -1;
	}
	if (old != NULL) {
		*old = before;
		if (disposition != TABOS_SIG_handler)
			old->sa_handler = disposition == TABOS_SIG_ignore ? SIG_IGN : SIG_DFL;
	}
	return 0;
}

static void (*install(int sig, void (*handler)(int), unsigned flags))(int)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = (int)flags}, old;

	return sigaction(sig, &action, &old) < 0 ? SIG_ERR : old.sa_handler;
}

void (*signal(int sig, void (*handler)(int)))(int)
{
	return install(sig, handler, SA_RESTART);
}

void (*bsd_signal(int sig, void (*handler)(int)))(int)
{
	return install(sig, handler, SA_RESTART);
}

int siginterrupt(int sig, int interrupt)
{
	struct sigaction action;

	if (sigaction(sig, NULL, &action) < 0)
		return -1;
	if (interrupt)
		action.sa_flags &= ~SA_RESTART;
	else
		action.sa_flags |= SA_RESTART;
	return sigaction(sig, &action, NULL);
}

int kill(pid_t pid, int sig)
{
	return check(tabos_kill(pid, sig));
}

int killpg(pid_t group, int sig)
{
	return group < 0 ? fail(EINVAL) : kill(-group, sig);
}

int raise(int sig)
{
	return kill(getpid(), sig);
}
