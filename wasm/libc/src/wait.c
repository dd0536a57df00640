/* wait(2), waitpid(2), wait4(2), waitid(2). */
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "internal.h"
#include "microseconds.h"

pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage)
{
	struct tabos_waitinfo info;
	pid_t result = check(tabos_wait4(pid, (uint32_t)options, OBJECT(&info)));

	if (result <= 0)
		return result;
	if (status != NULL)
		*status = info.status;
	if (usage != NULL) {
		memset(usage, 0, sizeof(*usage));
		usage->ru_utime = timeval_of(info.utime);
		usage->ru_stime = timeval_of(info.stime);
	}
	return result;
}

pid_t wait3(int *status, int options, struct rusage *usage)
{
	return wait4(-1, status, options, usage);
}

pid_t waitpid(pid_t pid, int *status, int options)
{
	return wait4(pid, status, options, NULL);
}

pid_t wait(int *status)
{
	return wait4(-1, status, 0, NULL);
}

static void describe(siginfo_t *info, pid_t pid, int status)
{
	info->si_signo = SIGCHLD;
	info->si_pid = pid;
	info->si_uid = getuid();
	if (WIFEXITED(status)) {
		info->si_code = CLD_EXITED;
		info->si_status = WEXITSTATUS(status);
	} else if (WIFSTOPPED(status)) {
		info->si_code = CLD_STOPPED;
		info->si_status = WSTOPSIG(status);
	} else if (WIFCONTINUED(status)) {
		info->si_code = CLD_CONTINUED;
		info->si_status = SIGCONT;
	} else {
		info->si_code = WCOREDUMP(status) ? CLD_DUMPED : CLD_KILLED;
		info->si_status = WTERMSIG(status);
	}
}

int waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
	pid_t pid = type == P_ALL ? -1 : type == P_PGID ? (id == 0 ? 0 : -(pid_t)id) : (pid_t)id;
	int status;

	if (type != P_ALL && type != P_PGID && type != P_PID)
		return fail(EINVAL);
	if (!(options & (WEXITED | WSTOPPED | WCONTINUED)))
		return fail(EINVAL);
	pid = waitpid(pid, &status, options & WEXITED ? options & ~WEXITED : options | WLIVING);
	if (pid < 0)
		return -1;
	if (info != NULL) {
		memset(info, 0, sizeof(*info));
		if (pid > 0)
			describe(info, pid, status);
	}
	return 0;
}
