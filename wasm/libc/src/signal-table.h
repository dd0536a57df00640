/* Signals inside the library. The C handlers by signal: only entries whose disposition is `handler` count. */
#pragma once

#include <signal.h>

extern struct sigaction __tabos_handlers[_NSIG];

/* What a call says of a signal, for a program. */
void __tabos_fill_siginfo(siginfo_t *info, int sig, int pid, int code, int status);
