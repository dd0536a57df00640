/* The import module `tabos`: numbers, buffers, errors, exit without unwinding. */
#include <stdio.h>
#include <string.h>
#include "tabos.h"

int main(void)
{
	static char big[300000];

	setvbuf(stdout, NULL, _IONBF, 0);
	printf("bad descriptor %d\n", tabos_write(99, "x", 1));
	printf("bad pointer %d\n", tabos_write(1, (void *)0xfffffff0, 100));
	printf("long offset %lld\n", (long long)tabos_lseek(0, 5000000000, 0));
	printf("bad offset %lld\n", (long long)tabos_lseek(99, -1, 0));
	printf("umask %o\n", (unsigned)tabos_umask(027));
	printf("setresuid %d\n", tabos_setresuid(0xffffffff, 1, 2));
	printf("short struct %d\n", tabos_wait4(-1, 0, big, 4));
	printf("no fork %d\n", tabos_fork());
	memset(big, 'x', sizeof big);
	printf("\n%d\n", tabos_write(1, big, sizeof big));
	printf("read %d\n", tabos_read(0, big, sizeof big));
	tabos_exit(300);
	printf("not reached\n");
	return 0;
}
