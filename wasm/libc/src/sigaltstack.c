/*
 * sigaltstack(2). Handlers run on the stack of the program, which a signal stack could not replace: what overflows is the
 * engine's stack. So the setting is kept and checked as Linux does, and changes nothing else.
 */
#include <signal.h>
#include "internal.h"

static stack_t current = {.ss_flags = SS_DISABLE};

int sigaltstack(const stack_t *restrict stack, stack_t *restrict old)
{
	stack_t before = current;

	if (stack != NULL) {
		if (stack->ss_flags & ~SS_DISABLE)
			return fail(EINVAL);
		if (!(stack->ss_flags & SS_DISABLE) && stack->ss_size < MINSIGSTKSZ)
			return fail(ENOMEM);
		current = stack->ss_flags & SS_DISABLE ? (stack_t){.ss_flags = SS_DISABLE} : *stack;
	}
	if (old != NULL)
		*old = before;
	return 0;
}
