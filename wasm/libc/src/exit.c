/* exit(2) and abort(3). */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include "internal.h"

_Noreturn void _Exit(int status)
{
	tabos_exit(status);
	leave_vfork();
	__builtin_trap();
}

_Noreturn void _exit(int status)
{
	_Exit(status);
}

_Noreturn void abort(void)
{
	sigset_t only;

	sigemptyset(&only);
	sigaddset(&only, SIGABRT);
	raise(SIGABRT);
	/* Blocked, ignored or its handler returned: nothing may keep the process alive now. */
	signal(SIGABRT, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &only, NULL);
	raise(SIGABRT);
	__builtin_trap();
}
