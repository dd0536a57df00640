/* Streams: how stdio buffers, what it makes of errors, and the functions of it that are ours. */
#include "report.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static long size_of(const char *path)
{
	struct stat s;

	return stat(path, &s) < 0 ? -1 : (long)s.st_size;
}

static void writing(void)
{
	AREA("writing");
	FILE *file = fopen("out", "w");
	SHOW(fputs("line\n", file) >= 0);
	SHOW(size_of("out"));
	SHOW(fflush(file));
	SHOW(size_of("out"));
	for (int i = 0; i < 20000; i++)
		fprintf(file, "line %05d\n", i);
	HOLDS(size_of("out") > 5 && size_of("out") < 5 + 11 * 20000);
	SHOW(fclose(file));
	SHOW(size_of("out"));
	file = fopen("out", "a");
	SHOW(ftell(file) >= 0);
	fputs("end", file);
	fclose(file);
	SHOW(size_of("out"));
	HOLDS(fopen("out", "wx") == NULL && errno == EEXIST);
	HOLDS(fopen("out", "z") == NULL && errno == EINVAL);
	HOLDS(fopen("nothing/x", "w") == NULL && errno == ENOENT);
	file = fopen("out", "r");
	HOLDS(fputc('x', file) == EOF);
	SHOW(ferror(file) != 0);
	fclose(file);
	file = fopen("unbuffered", "w");
	setvbuf(file, NULL, _IONBF, 0);
	fputs("now", file);
	SHOW(size_of("unbuffered"));
	fclose(file);
	unlink("unbuffered");
}

static void reading(void)
{
	char line[64], *whole = NULL;
	size_t capacity = 0;
	int number, n;

	AREA("reading");
	FILE *file = fopen("out", "r");
	TEXT(fgets(line, sizeof(line), file));
	SHOW(fscanf(file, "line %d", &number));
	SHOW(number);
	SHOW(getc(file));
	SHOW(ungetc('L', file));
	SHOW(getline(&whole, &capacity, file));
	TEXT(whole);
	SHOW(ftell(file));
	SHOW(fseek(file, -3, SEEK_END));
	SHOW(fread(line, 1, sizeof(line), file));
	SHOW(feof(file) != 0);
	SHOW(getc(file));
	rewind(file);
	SHOW(feof(file) != 0);
	for (n = 0; getc(file) != EOF;)
		n++;
	SHOW(n);
	free(whole);
	fclose(file);
	file = fopen(".", "r");
	if (file != NULL) {
		SHOW(getc(file));
		SHOW(ferror(file) != 0);
		fclose(file);
	}
	file = fopen("out", "r+");
	fgets(line, sizeof(line), file);
	SHOW(fseek(file, 0, SEEK_CUR));
	SHOW(fputs("LINE", file) >= 0);
	SHOW(fseek(file, 5, SEEK_SET));
	TEXT(fgets(line, sizeof(line), file));
	fclose(file);
}

static void replacing(void)
{
	char line[64];

	AREA("replacing");
	FILE *file = fopen("other", "w");
	fputs("other\n", file);
	fclose(file);
	file = fopen("out", "r");
	fgets(line, sizeof(line), file);
	int fd = fileno(file);
	HOLDS(freopen("other", "r", file) == file && fileno(file) == fd);
	TEXT(fgets(line, sizeof(line), file));
	HOLDS(freopen("nothing", "r", file) == NULL && errno == ENOENT);
	file = tmpfile();
	fputs("temporary", file);
	rewind(file);
	TEXT(fgets(line, sizeof(line), file));
	fclose(file);
	strcpy(line, "nameXXXXXX");
	fd = mkstemp(line);
	HOLDS(fd >= 0 && strcmp(line, "nameXXXXXX") != 0 && access(line, R_OK | W_OK) == 0);
	unlink(line);
	close(fd);
	strcpy(line, "nameXXX");
	SHOW(mkstemp(line));
	strcpy(line, "dirXXXXXX");
	HOLDS(mkdtemp(line) == line && rmdir(line) == 0);
	unlink("other");
	unlink("out");
}

/* Two processes read one file: what stdio has read ahead is given back where that can be. */
static void sharing(void)
{
	char line[16];

	AREA("sharing");
	FILE *file = fopen("lines", "w");
	fputs("one\ntwo\nthree\n", file);
	fclose(file);
	FILE *in = freopen("lines", "r", stdin);
	HOLDS(in == stdin);
	TEXT(fgets(line, sizeof(line), stdin));
	fflush(stdin);
	SHOW(lseek(0, 0, SEEK_CUR));
	fflush(stdout);
	SHOW(system("cat"));
	unlink("lines");
}

int main(void)
{
	writing();
	reading();
	replacing();
	sharing();
	printf("this %s is flushed at exit", "part");
	return 0;
}
