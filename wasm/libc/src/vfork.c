/*
 * vfork(2): `vfork()` in <unistd.h> is setjmp, then __tabos_vfork_child. From then on the calls of this process act
 * for its new child, until a successful execve or _exit: those return, and __tabos_vfork_return jumps back into vfork,
 * which gives the child's pid to the parent. No second process runs, so nothing of the program is copied.
 *
 * The C handlers belong to the process, not to its memory: they are set back.
 */
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "internal.h"
#include "signal-table.h"

jmp_buf __tabos_vfork_env;

static pid_t child;
static struct sigaction saved[_NSIG];

pid_t __tabos_vfork_child(void)
{
	if (child != 0)
		return fail(EAGAIN);
	pid_t pid = check(tabos_vfork());
	if (pid < 0)
		return -1;
	child = pid;
	memcpy(saved, __tabos_handlers, sizeof(saved));
	return 0;
}

pid_t __tabos_vfork_parent(void)
{
	pid_t pid = child;

	child = 0;
	memcpy(__tabos_handlers, saved, sizeof(saved));
	return pid;
}

void __tabos_vfork_return(void)
{
	if (child != 0)
		longjmp(__tabos_vfork_env, 1);
}
