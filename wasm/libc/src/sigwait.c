/* Waiting for signals without handlers: sigwait(3), sigwaitinfo(2), sigtimedwait(2). */
#include <signal.h>
#include <time.h>
#include "internal.h"
#include "signal-table.h"

static int wait_for(const sigset_t *set, siginfo_t *info, int64_t nanoseconds)
{
	struct tabos_siginfo answer;
	int sig = check(tabos_sigtimedwait(SET_WORDS(set), nanoseconds, OBJECT(&answer)));

	if (sig > 0 && info != NULL)
		__tabos_fill_siginfo(info, sig, answer.pid, answer.code, answer.status);
	return sig;
}

int sigtimedwait(const sigset_t *restrict set, siginfo_t *restrict info, const struct timespec *restrict timeout)
{
	if (timeout == NULL)
		return wait_for(set, info, -1);
	if (timeout->tv_sec < 0 || timeout->tv_nsec < 0 || timeout->tv_nsec >= 1000000000)
		return fail(EINVAL);
	return wait_for(set, info, timeout->tv_sec * (int64_t)1000000000 + timeout->tv_nsec);
}

int sigwaitinfo(const sigset_t *restrict set, siginfo_t *restrict info)
{
	return wait_for(set, info, -1);
}

/* Never interrupted: a handler of another signal runs, and the wait goes on. */
int sigwait(const sigset_t *restrict set, int *restrict sig)
{
	int result;

	do
		result = wait_for(set, NULL, -1);
	while (result < 0 && errno == EINTR);
	if (result < 0)
		return errno;
	*sig = result;
	return 0;
}
