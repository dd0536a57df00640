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
	printf("read %d\n", tabos_read(0, big, sizeof big));
	/* Longer than the window between program and system. */
	int fd = tabos_open(-100, "/tmp/big", 8, 0102, 0600);
	for (size_t i = 0; i < sizeof big; i++)
		big[i] = (char)(i % 251);
	printf("wrote %d\n", tabos_write(fd, big, sizeof big));
	memset(big, 0, sizeof big);
	printf("pread %d\n", tabos_pread(fd, big, sizeof big, 100));
	printf("byte %d\n", big[200000] == (char)(200100 % 251));
	tabos_exit(300);
	printf("not reached\n");
	return 0;
}
