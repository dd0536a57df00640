/* The working directory, and paths made absolute. */
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "internal.h"

int chdir(const char *path)
{
	return check(tabos_chdir(PATH(path)));
}

int fchdir(int fd)
{
	return check(tabos_fchdir(fd));
}

char *getcwd(char *buf, size_t size)
{
	char path[PATH_MAX];

	if (buf == NULL && size == 0)
		size = sizeof(path);
	else if (size == 0) {
		errno = EINVAL;
		return NULL;
	}
	int length = check(tabos_getcwd(path, sizeof(path) - 1));
	if (length < 0)
		return NULL;
	path[length] = '\0';
	if (buf == NULL && size == sizeof(path))
		return strdup(path);
	if ((size_t)length >= size) {
		errno = ERANGE;
		return NULL;
	}
	if (buf == NULL && (buf = malloc(size)) == NULL)
		return NULL;
	return memcpy(buf, path, (size_t)length + 1);
}

char *get_current_dir_name(void)
{
	const char *pwd = getenv("PWD");
	struct stat named, here;

	if (pwd != NULL && *pwd == '/' && stat(pwd, &named) == 0 && stat(".", &here) == 0 && named.st_dev == here.st_dev &&
	    named.st_ino == here.st_ino)
		return strdup(pwd);
	return getcwd(NULL, 0);
}
