/* fork: the stack, the heap and the globals of both processes; a fork within a fork; what comes after it. */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tabos.h"

static struct {
	char *current;
	char *end;
} pair;
static char area[1 << 20];
static int global = 1;

EXPORT(__tabos_fork_buffer) void *fork_buffer(void)
{
	pair.current = area;
	pair.end = area + sizeof area;
	return &pair;
}

static int child_status(void)
{
	struct waitinfo info;
	int pid = tabos_wait4(-1, 0, &info, sizeof info);

	return pid < 0 ? pid : info.status >> 8;
}

/* Deep, with locals that must come back on both sides. */
static int descend(int depth, char *heap)
{
	int local = depth * 3;

	if (depth > 0) {
		int result = descend(depth - 1, heap);
		return local == depth * 3 ? result : -99;
	}
	int pid = tabos_fork();
	if (pid == 0) {
		global = 2;
		strcpy(heap, "child");
	}
	return pid;
}

int main(int argc, char **argv)
{
	char *heap = malloc(100000);
	jmp_buf env;
	int pid;

	setvbuf(stdout, NULL, _IONBF, 0);
	strcpy(heap, "parent");
	pid = descend(20, heap);
	if (pid < 0) {
		printf("fork failed: %d\n", pid);
		return 1;
	}
	if (pid == 0) {
		int inner = tabos_fork();
		if (inner == 0) {
			printf("grandchild %d %s\n", global, heap);
			return 7;
		}
		printf("child %d %s, grandchild %d\n", global, heap, child_status());
		if (setjmp(env) == 0)
			longjmp(env, 1);
		return 5;
	}
	int status = child_status();
	printf("parent %d %s, child %d, pid %s\n", global, heap, status, pid > 0 ? "positive" : "wrong");
	for (int i = 0; i < 10; i++)
		if (tabos_fork() == 0)
			return i;
	int sum = 0;
	for (int i = 0; i < 10; i++)
		sum += child_status();
	printf("sum %d of %s\n", sum, argv[argc - 1]);
	return 0;
}
