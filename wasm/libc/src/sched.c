/* Scheduling, sched(7): every process has the one policy there is, and nothing can be asked for in its place. */
#include <sched.h>
#include <sys/types.h>
#include <time.h>
#include "internal.h"

int sched_get_priority_max(int policy)
{
	return policy == SCHED_FIFO || policy == SCHED_RR ? 99 : policy == SCHED_OTHER ? 0 : fail(EINVAL);
}

int sched_get_priority_min(int policy)
{
	return policy == SCHED_FIFO || policy == SCHED_RR ? 1 : policy == SCHED_OTHER ? 0 : fail(EINVAL);
}

int sched_getscheduler(pid_t pid)
{
	return pid < 0 ? fail(EINVAL) : SCHED_OTHER;
}

int sched_getparam(pid_t pid, struct sched_param *parameters)
{
	if (pid < 0)
		return fail(EINVAL);
	parameters->sched_priority = 0;
	return 0;
}

int sched_setscheduler(pid_t pid, int policy, const struct sched_param *parameters)
{
	if (pid < 0 || sched_get_priority_max(policy) < 0)
		return fail(EINVAL);
	return policy == SCHED_OTHER && parameters->sched_priority == 0 ? 0 : fail(EPERM);
}

int sched_setparam(pid_t pid, const struct sched_param *parameters)
{
	return pid < 0 || parameters->sched_priority != 0 ? fail(EINVAL) : 0;
}

int sched_setaffinity(pid_t pid, size_t size, const cpu_set_t *set)
{
	/* The one processor must be in the set. */
	return pid < 0 || size == 0 || !(*(const unsigned char *)set & 1) ? fail(EINVAL) : 0;
}

int sched_getcpu(void)
{
	return 0;
}
