/* vfork: execve and exit return, with the child's pid; then the calls are this process's own again. */
#include <stdio.h>
#include "tabos.h"

static int wait_for(int pid)
{
	struct waitinfo info;

	return tabos_wait4(pid, 0, &info, sizeof info) == pid ? info.status : -1;
}

int main(void)
{
	int child, again;

	setvbuf(stdout, NULL, _IONBF, 0);
	int self = tabos_getpid();
	child = tabos_vfork();
	printf("the calls are the child's: %d\n", child != self && tabos_getpid() == child);
	printf("failed execve %d\n", tabos_execve("/nope", 5, "nope\0", 5, "", 0, -100, 0));
	again = tabos_execve("/bin/args", 9, "args\0one\0two\0", 13, "A=1\0", 4, -100, 0);
	int status = wait_for(child);
	printf("execve gives the child: %d\n", again == child && tabos_getpid() == self);
	printf("status %x\n", status);
	child = tabos_vfork();
	printf("exit gives the child: %d\n", tabos_exit(3) == child);
	printf("status %x\n", wait_for(child));
	tabos_execve("/bin/args", 9, "args\0last\0", 10, "", 0, -100, 0);
	printf("not reached\n");
	return 1;
}
