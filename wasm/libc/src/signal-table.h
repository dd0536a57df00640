/* The C handlers of this process by signal; only entries whose disposition is `handler` count. */
#pragma once

#include <signal.h>

extern struct sigaction __tabos_handlers[_NSIG];
