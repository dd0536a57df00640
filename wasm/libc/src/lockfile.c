/* flockfile(3): a process has one thread, which has every stream to itself. */
#include <stdio.h>

void flockfile(FILE *stream)
{
	(void)stream;
}

int ftrylockfile(FILE *stream)
{
	(void)stream;
	return 0;
}

void funlockfile(FILE *stream)
{
	(void)stream;
}
