/* Files with new names: mkstemp(3), mkdtemp(3), tmpfile(3), tmpnam(3). */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "internal.h"

enum { TRIES = 100, LETTERS = 6 };

/* Fill in the six letters before the suffix; NULL when they are not there. */
static char *mark(char *template, int suffix)
{
	size_t length = strlen(template);

	if (suffix < 0 || length < (size_t)suffix + LETTERS ||
	    memcmp(template + length - (size_t)suffix - LETTERS, "XXXXXX", LETTERS) != 0) {
		errno = EINVAL;
		return NULL;
	}
	return template + length - suffix - LETTERS;
}

static void randomize(char *letters)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	unsigned char bytes[LETTERS];

	getentropy(bytes, sizeof(bytes));
	for (int i = 0; i < LETTERS; i++)
		letters[i] = alphabet[bytes[i] % (sizeof(alphabet) - 1)];
}

int mkostemps(char *template, int suffix, int flags)
{
	char *letters = mark(template, suffix);

	for (int i = 0; letters != NULL && i < TRIES; i++) {
		randomize(letters);
		int fd = open(template, (flags & ~O_ACCMODE) | O_RDWR | O_CREAT | O_EXCL, 0600);
		if (fd >= 0)
			return fd;
		if (errno != EEXIST)
			break;
	}
	if (letters != NULL)
		memcpy(letters, "XXXXXX", LETTERS);
	return -1;
}

int mkstemps(char *template, int suffix)
{
	return mkostemps(template, suffix, 0);
}

int mkostemp(char *template, int flags)
{
	return mkostemps(template, 0, flags);
}

int mkstemp(char *template)
{
	return mkostemps(template, 0, 0);
}

char *mkdtemp(char *template)
{
	char *letters = mark(template, 0);

	for (int i = 0; letters != NULL && i < TRIES; i++) {
		randomize(letters);
		if (mkdir(template, 0700) == 0)
			return template;
		if (errno != EEXIST)
			break;
	}
	if (letters != NULL)
		memcpy(letters, "XXXXXX", LETTERS);
	return NULL;
}

char *mktemp(char *template)
{
	char *letters = mark(template, 0);
	struct stat status;

	for (int i = 0; letters != NULL && i < TRIES; i++) {
		randomize(letters);
		if (lstat(template, &status) < 0 && errno == ENOENT)
			return template;
	}
	*template = '\0';
	return template;
}

FILE *tmpfile(void)
{
	char name[] = P_tmpdir "/tmpXXXXXX";
	int fd = mkstemp(name);

	if (fd < 0)
		return NULL;
	unlink(name);
	FILE *file = fdopen(fd, "w+");
	if (file == NULL)
		close(fd);
	return file;
}

char *tmpnam(char *buf)
{
	static char name[L_tmpnam];

	if (buf == NULL)
		buf = name;
	strcpy(buf, P_tmpdir "/tmpXXXXXX");
	return *mktemp(buf) ? buf : NULL;
}
