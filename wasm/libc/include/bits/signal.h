/* Signals: numbers and flags of the system, and the names that only exist to be compiled. */
#pragma once

#include <tabos/signals.h>

#define SIGIOT SIGABRT
#define SIGPOLL SIGIO
#define SIGUNUSED SIGSYS

#define SA_ONSTACK 0x08000000
#define SA_RESTORER 0x04000000

#define MINSIGSTKSZ 2048
#define SIGSTKSZ 8192

struct sigaltstack {
	void *ss_sp;
	int ss_flags;
	size_t ss_size;
};

/* There are no machine registers to show: the third argument of a handler is NULL. */
typedef struct __ucontext ucontext_t;
