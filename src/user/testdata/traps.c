/* Dies as its argument says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((import_module("wasi_snapshot_preview1"), import_name("proc_raise"))) int proc_raise(int sig);

static volatile int zero;
static volatile double huge = 1e30;
static int (*volatile wrong)(int, int, int, int);
static void (*volatile wild)(void) = (void (*)(void))12345;

static int recurse(volatile char *p)
{
	volatile char frame[64];

	frame[0] = *p;
	return recurse(frame) + frame[0];
}

/* Without a C stack in memory: the engine's own stack overflows. */
__attribute__((noinline)) static int spiral(int n)
{
	return n == -1 ? 0 : spiral(n + 1) * 3 + n;
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";

	if (!strcmp(how, "unreachable"))
		__builtin_trap();
	if (!strcmp(how, "abort"))
		abort();
	if (!strcmp(how, "bounds"))
		return *(volatile int *)0xfffffff0;
	if (!strcmp(how, "divide"))
		return 7 / zero + argc / zero;
	if (!strcmp(how, "stack"))
		return recurse((volatile char *)how);
	if (!strcmp(how, "spiral"))
		return spiral(zero);
	if (!strcmp(how, "table"))
		wild();
	if (!strcmp(how, "type")) {
		wrong = (int (*)(int, int, int, int))strlen;
		return wrong(1, 2, 3, 4);
	}
	if (!strcmp(how, "raise"))
		return proc_raise(15);
	printf("unknown way %s\n", how);
	return 1;
}
