/* vfork: execve and exit return, with the child's pid; then the calls are this process's own again. */
#include <stdio.h>
#include "tabos.h"

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	printf("vfork %d\n", tabos_vfork());
	printf("failed execve %d\n", tabos_execve("/nope", 5, "nope\0", 5, "", 0, -100, 0));
	printf("execve %d\n", tabos_execve("/bin/x", 6, "x\0y\0", 4, "A=1\0", 4, -100, 0));
	printf("vfork %d\n", tabos_vfork());
	printf("exit %d\n", tabos_exit(3));
	tabos_execve("/bin/last", 9, "last\0", 5, "", 0, -100, 0);
	printf("not reached\n");
	return 1;
}
