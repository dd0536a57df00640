/* Resource limits and priorities: getrlimit(2), setrlimit(2). There are no priorities: everybody runs at 0. */
#include <limits.h>
#include <sys/resource.h>
#include <unistd.h>
#include "internal.h"

int getrlimit(int resource, struct rlimit *limit)
{
	struct tabos_rlimit answer;

	if (check(tabos_getrlimit(resource, OBJECT(&answer))) < 0)
		return -1;
	limit->rlim_cur = answer.cur;
	limit->rlim_max = answer.max;
	return 0;
}

int setrlimit(int resource, const struct rlimit *limit)
{
	struct tabos_rlimit wanted = {.cur = limit->rlim_cur, .max = limit->rlim_max};

	return check(tabos_setrlimit(resource, OBJECT(&wanted)));
}

int prlimit(pid_t pid, int resource, const struct rlimit *limit, struct rlimit *old)
{
	if (pid != 0 && pid != getpid())
		return fail(ENOSYS);
	if (old != NULL && getrlimit(resource, old) < 0)
		return -1;
	return limit ? setrlimit(resource, limit) : 0;
}

int getdtablesize(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur > INT_MAX ? INT_MAX : (int)limit.rlim_cur;
}

int getpriority(int which, id_t who)
{
	(void)who;
	return which == PRIO_PROCESS || which == PRIO_PGRP || which == PRIO_USER ? 0 : fail(EINVAL);
}

int setpriority(int which, id_t who, int priority)
{
	(void)which, (void)who;
	return priority == 0 ? 0 : fail(ENOSYS);
}

int nice(int increment)
{
	return setpriority(PRIO_PROCESS, 0, increment) < 0 ? -1 : 0;
}
