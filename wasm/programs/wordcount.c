/*
 * A WASI program that works on files: counts words of its arguments or of standard input, writes a report, lists the
 * folder of it. All by preview 1, with relative and absolute paths.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static long count(FILE *file)
{
	long words = 0;
	int c, inside = 0;

	while ((c = getc(file)) != EOF) {
		words += !inside && !isspace(c);
		inside = !isspace(c);
	}
	return words;
}

static int report(const char *path, long words)
{
	FILE *file = fopen(path, "a");

	if (file == NULL)
		return -1;
	fprintf(file, "%ld\n", words);
	return fclose(file);
}

int main(int argc, char **argv)
{
	long total = 0;
	struct stat status;

	if (argc < 2)
		total = count(stdin);
	for (int i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "r");
		if (file == NULL) {
			fprintf(stderr, "wordcount: %s: %s\n", argv[i], strerror(errno));
			return 1;
		}
		total += count(file);
		fclose(file);
	}
	printf("%ld words\n", total);
	if (report("words.log", total) < 0 || stat("words.log", &status) < 0) {
		perror("words.log");
		return 1;
	}
	printf("words.log has %lld bytes\n", (long long)status.st_size);
	DIR *dir = opendir("/");
	for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;)
		if (strcmp(entry->d_name, "etc") == 0)
			printf("/ has etc\n");
	return dir == NULL;
}
