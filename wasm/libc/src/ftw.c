/*
 * Walk through a tree of files: nftw(3), ftw(3). A directory is read to its end before its entries are visited, so that
 * one descriptor at a time is open whatever the depth; the limit that callers give is therefore kept always.
 */
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "internal.h"

typedef int (*visitor)(const char *, const struct stat *, int, struct FTW *);

struct walk {
	visitor visit;
	int flags;
	dev_t device;
	/* The directories that the walk is in: a link must not lead back to one. */
	struct place {
		const struct place *above;
		dev_t device;
		ino_t inode;
	} const *inside;
	char path[PATH_MAX];
};

static int type_of(const char *path, int flags, struct stat *status)
{
	if ((flags & FTW_PHYS ? lstat : stat)(path, status) == 0) {
		if (S_ISDIR(status->st_mode))
			return flags & FTW_DEPTH ? FTW_DP : FTW_D;
		return S_ISLNK(status->st_mode) ? FTW_SL : FTW_F;
	}
	if (!(flags & FTW_PHYS) && errno == ENOENT && lstat(path, status) == 0)
		return FTW_SLN;
	memset(status, 0, sizeof(*status));
	return errno == EACCES ? FTW_NS : -1;
}

static int is_inside(const struct walk *walk, const struct stat *status)
{
	for (const struct place *place = walk->inside; place != NULL; place = place->above)
		if (place->device == status->st_dev && place->inode == status->st_ino)
			return 1;
	return 0;
}

static int visit_tree(struct walk *walk, size_t length, int base, int level);

static int visit_entries(struct walk *walk, size_t length, int level, DIR *directory)
{
	struct dirent **names = NULL, *entry;
	size_t count = 0, capacity = 0;
	int result = 0;

	while ((entry = readdir(directory)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (count == capacity) {
			capacity = capacity ? capacity * 2 : 16;
			struct dirent **more = realloc(names, capacity * sizeof(*names));
			if (more == NULL)
				break;
			names = more;
		}
		names[count] = malloc(entry->d_reclen);
		if (names[count] == NULL)
			break;
		memcpy(names[count++], entry, entry->d_reclen);
	}
	if (entry != NULL)
		result = fail(ENOMEM);
	closedir(directory);
	size_t start = length > 0 && walk->path[length - 1] == '/' ? length : length + 1;
	for (size_t i = 0; i < count; i++) {
		size_t size = strlen(names[i]->d_name);
		if (result == 0 && start + size >= sizeof(walk->path))
			result = fail(ENAMETOOLONG);
		if (result == 0) {
			walk->path[start - 1] = '/';
			memcpy(walk->path + start, names[i]->d_name, size + 1);
			result = visit_tree(walk, start + size, (int)start, level);
			walk->path[length] = '\0';
		}
		free(names[i]);
	}
	free(names);
	return result;
}

static int visit_tree(struct walk *walk, size_t length, int base, int level)
{
	struct FTW where = {.base = base, .level = level};
	struct stat status;
	int type = type_of(walk->path, walk->flags, &status), result = 0;

	if (type < 0)
		return -1;
	if (type != FTW_D && type != FTW_DP)
		return walk->visit(walk->path, &status, type, &where);
	if (is_inside(walk, &status) || (walk->flags & FTW_MOUNT && status.st_dev != walk->device))
		return 0;
	DIR *directory = opendir(walk->path);
	if (directory == NULL) {
		if (errno != EACCES)
			return -1;
		return walk->visit(walk->path, &status, FTW_DNR, &where);
	}
	if (type == FTW_D && (result = walk->visit(walk->path, &status, type, &where)) != 0) {
		closedir(directory);
		return result;
	}
	const struct place here = {.above = walk->inside, .device = status.st_dev, .inode = status.st_ino};
	walk->inside = &here;
	result = visit_entries(walk, length, level + 1, directory);
	walk->inside = here.above;
	return result == 0 && type == FTW_DP ? walk->visit(walk->path, &status, type, &where) : result;
}

int nftw(const char *path, visitor visit, int descriptors, int flags)
{
	struct walk walk = {.visit = visit, .flags = flags};
	size_t length = strlen(path);
	struct stat status;

	(void)descriptors;
	/* A walk never leaves the directory that it started in. */
	if (flags & FTW_CHDIR)
		return fail(ENOSYS);
	if (length >= sizeof(walk.path))
		return fail(ENAMETOOLONG);
	if (length == 0)
		return fail(ENOENT);
	if ((flags & FTW_PHYS ? lstat : stat)(path, &status) == 0)
		walk.device = status.st_dev;
	strcpy(walk.path, path);
	while (length > 1 && walk.path[length - 1] == '/')
		walk.path[--length] = '\0';
	const char *slash = strrchr(walk.path, '/');
	return visit_tree(&walk, length, slash && slash[1] ? (int)(slash + 1 - walk.path) : 0, 0);
}

static int (*simple_visit)(const char *, const struct stat *, int);

static int visit_simply(const char *path, const struct stat *status, int type, struct FTW *where)
{
	(void)where;
	return simple_visit(path, status, type == FTW_SLN ? FTW_NS : type == FTW_SL ? FTW_F : type);
}

int ftw(const char *path, int (*visit)(const char *, const struct stat *, int), int descriptors)
{
	int (*outer)(const char *, const struct stat *, int) = simple_visit;

	simple_visit = visit;
	int result = nftw(path, visit_simply, descriptors, 0);
	simple_visit = outer;
	return result;
}
