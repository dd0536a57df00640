/* A WASI program as any toolchain makes it: preview 1 and nothing of TabOS. Says what it was started with. */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	const char *name = getenv("NAME");

	printf("hello %s from %s with %d argument%s\n", name ? name : "world", argv[0], argc - 1, argc == 2 ? "" : "s");
	for (int i = 1; i < argc; i++)
		printf("%d: %s\n", i, argv[i]);
	return argc > 1 ? atoi(argv[1]) : 0;
}
