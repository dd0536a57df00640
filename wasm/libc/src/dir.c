/* Directories: opendir(3), readdir(3), scandir(3), getdents(2) behind them. */
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "internal.h"

struct __dirstream {
	int fd;
	/* Filled and consumed part of the buffer. */
	size_t filled, used;
	/* The cookie of the entry that comes next. */
	long position;
	struct dirent entry;
	_Alignas(8) char buffer[4096];
};

static DIR *adopt(int fd)
{
	DIR *dir = malloc(sizeof(*dir));

	if (dir == NULL)
		return NULL;
	dir->fd = fd;
	dir->filled = dir->used = 0;
	dir->position = 0;
	return dir;
}

DIR *opendir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	DIR *dir = adopt(fd);
	if (dir == NULL)
		close(fd);
	return dir;
}

DIR *fdopendir(int fd)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return NULL;
	if (!S_ISDIR(status.st_mode)) {
		errno = ENOTDIR;
		return NULL;
	}
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	return adopt(fd);
}

int closedir(DIR *dir)
{
	int fd = dir->fd;

	free(dir);
	return close(fd);
}

int dirfd(DIR *dir)
{
	return dir->fd;
}

struct dirent *readdir(DIR *dir)
{
	if (dir->used == dir->filled) {
		int size = tabos_getdents(dir->fd, dir->buffer, sizeof(dir->buffer));
		if (size <= 0) {
			/* A directory that was removed meanwhile is at its end. */
			if (size < 0 && size != -ENOENT)
				errno = -size;
			return NULL;
		}
		dir->filled = (size_t)size;
		dir->used = 0;
	}
	const struct tabos_dirent *next = (const void *)(dir->buffer + dir->used);
	struct dirent *entry = &dir->entry;
	entry->d_ino = next->ino;
	entry->d_type = next->type;
	entry->d_off = (off_t)next->next;
	entry->d_reclen = sizeof(*entry);
	memcpy(entry->d_name, next + 1, next->namelen);
	entry->d_name[next->namelen] = '\0';
	dir->used += next->reclen;
	dir->position = (long)next->next;
	return entry;
}

long telldir(DIR *dir)
{
	return dir->position;
}

void seekdir(DIR *dir, long position)
{
	if (lseek(dir->fd, position, SEEK_SET) < 0)
		return;
	dir->position = position;
	dir->filled = dir->used = 0;
}

void rewinddir(DIR *dir)
{
	seekdir(dir, 0);
}

static void discard(struct dirent **entries, size_t count)
{
	while (count > 0)
		free(entries[--count]);
	free(entries);
}

int scandir(const char *path, struct dirent ***result, int (*select)(const struct dirent *),
	    int (*compare)(const struct dirent **, const struct dirent **))
{
	struct dirent **entries = NULL, *entry;
	size_t count = 0, capacity = 0;
	DIR *dir = opendir(path);

	if (dir == NULL)
		return -1;
	for (errno = 0; (entry = readdir(dir)) != NULL; errno = 0) {
		if (select != NULL && !select(entry))
			continue;
		if (count == capacity) {
			capacity = capacity * 2 + 16;
			struct dirent **larger = realloc(entries, capacity * sizeof(*entries));
			if (larger == NULL)
				break;
			entries = larger;
		}
		entries[count] = malloc(sizeof(*entry));
		if (entries[count] == NULL)
			break;
		*entries[count++] = *entry;
	}
	int error = errno;
	closedir(dir);
	if (error != 0) {
		discard(entries, count);
		return fail(error);
	}
	if (compare != NULL && count > 0)
		qsort(entries, count, sizeof(*entries), (int (*)(const void *, const void *))compare);
	*result = entries;
	return (int)count;
}
