/*
 * fork(2), for programs that were linked with -Wl,--export=__stack_pointer and run through binaryen's asyncify with
 * `tabos.fork` as its import. In others the runtime answers ENOSYS.
 *
 * The runtime unwinds the stack into the area that __tabos_fork_buffer names (asyncify's pair: where to write, and the
 * end), copies the memory, and rewinds both processes. The area grows with the depth of the stack, so that shallow
 * programs, and with them their children, stay small.
 */
#include <stdlib.h>
#include <unistd.h>
#include "internal.h"

enum {
	/* What asyncify writes in a frame (its locals) against what the C stack holds of it: never seen above 3. */
	AREA_PER_STACK_BYTE = 8,
	AREA_LEAST = 64 << 10,
};

extern char __stack_high;

static struct {
	char *current;
	char *end;
} area;
static char *memory;

EXPORT(__tabos_fork_buffer) void *__tabos_fork_buffer(void)
{
	size_t depth = (size_t)(&__stack_high - (char *)__builtin_frame_address(0));
	size_t needed = AREA_LEAST + depth * AREA_PER_STACK_BYTE;

	if (memory == NULL || (size_t)(area.end - memory) < needed) {
		free(memory);
		memory = malloc(needed);
		if (memory == NULL)
			return NULL;
		area.end = memory + needed;
	}
	area.current = memory;
	return &area;
}

pid_t fork(void)
{
	return check(tabos_fork());
}

pid_t _Fork(void)
{
	return fork();
}
