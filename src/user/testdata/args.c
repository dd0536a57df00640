/* Prints its arguments and its environment. */
#include <stdio.h>

extern char **environ;

int main(int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		printf("%s%c", argv[i], i + 1 < argc ? ' ' : '\n');
	for (char **entry = environ; entry && *entry; entry++)
		printf("%s\n", *entry);
	return argc;
}
