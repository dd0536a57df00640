/* Opens each argument as wasi-libc does, `+NAME` for writing, and says what it found; `cd` links in chdir. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char text[64];

	for (int i = 1; i < argc; i++) {
		const char *name = argv[i];
#ifdef WITH_CHDIR
		if (!strcmp(name, "cd"))
			return chdir("/") != 0;
#endif
		if (name[0] == '+') {
			FILE *out = fopen(name + 1, "w");
			printf("%s: %s\n", name, out ? "written" : strerror(errno));
			if (out) {
				fputs(name, out);
				fclose(out);
			}
			continue;
		}
		FILE *in = fopen(name, "r");
		size_t n = in ? fread(text, 1, sizeof text - 1, in) : 0;
		text[n] = 0;
		printf("%s: %s\n", name, in ? text : strerror(errno));
	}
	return 0;
}
