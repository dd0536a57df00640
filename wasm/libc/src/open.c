/* open(2) and what names a file by a path: link, unlink, rename, symlink, mkdir, mknod, truncate, access. */
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "internal.h"

static int open_at(int dirfd, const char *path, int flags, va_list arguments)
{
	mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;

	return check(tabos_open(dirfd, PATH(path), (uint32_t)flags, mode));
}

int open(const char *path, int flags, ...)
{
	va_list arguments;

	va_start(arguments, flags);
	int fd = open_at(AT_FDCWD, path, flags, arguments);
	va_end(arguments);
	return fd;
}

int openat(int dirfd, const char *path, int flags, ...)
{
	va_list arguments;

	va_start(arguments, flags);
	int fd = open_at(dirfd, path, flags, arguments);
	va_end(arguments);
	return fd;
}

int creat(const char *path, mode_t mode)
{
	return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int unlinkat(int dirfd, const char *path, int flags)
{
	return check(tabos_unlink(dirfd, PATH(path), (uint32_t)flags));
}

int unlink(const char *path)
{
	return unlinkat(AT_FDCWD, path, 0);
}

int rmdir(const char *path)
{
	return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int remove(const char *path)
{
	int saved = errno;

	if (unlink(path) == 0)
		return 0;
	if (errno != EISDIR)
		return -1;
	errno = saved;
	return rmdir(path);
}

int renameat2(int olddir, const char *old, int newdir, const char *new, unsigned flags)
{
	return check(tabos_rename(olddir, PATH(old), newdir, PATH(new), flags));
}

int renameat(int olddir, const char *old, int newdir, const char *new)
{
	return renameat2(olddir, old, newdir, new, 0);
}

int rename(const char *old, const char *new)
{
	return renameat2(AT_FDCWD, old, AT_FDCWD, new, 0);
}

int linkat(int olddir, const char *old, int newdir, const char *new, int flags)
{
	return check(tabos_link(olddir, PATH(old), newdir, PATH(new), (uint32_t)flags));
}

int link(const char *old, const char *new)
{
	return linkat(AT_FDCWD, old, AT_FDCWD, new, 0);
}

int symlinkat(const char *target, int dirfd, const char *path)
{
	return check(tabos_symlink(PATH(target), dirfd, PATH(path)));
}

int symlink(const char *target, const char *path)
{
	return symlinkat(target, AT_FDCWD, path);
}

ssize_t readlinkat(int dirfd, const char *restrict path, char *restrict buf, size_t size)
{
	return size == 0 ? fail(EINVAL) : check(tabos_readlink(dirfd, PATH(path), buf, size));
}

ssize_t readlink(const char *restrict path, char *restrict buf, size_t size)
{
	return readlinkat(AT_FDCWD, path, buf, size);
}

int mkdirat(int dirfd, const char *path, mode_t mode)
{
	return check(tabos_mkdir(dirfd, PATH(path), mode));
}

int mkdir(const char *path, mode_t mode)
{
	return mkdirat(AT_FDCWD, path, mode);
}

int mknodat(int dirfd, const char *path, mode_t mode, dev_t device)
{
	return check(tabos_mknod(dirfd, PATH(path), mode, (uint32_t)device));
}

int mknod(const char *path, mode_t mode, dev_t device)
{
	return mknodat(AT_FDCWD, path, mode, device);
}

int mkfifoat(int dirfd, const char *path, mode_t mode)
{
	return mknodat(dirfd, path, (mode & ~(mode_t)S_IFMT) | S_IFIFO, 0);
}

int mkfifo(const char *path, mode_t mode)
{
	return mkfifoat(AT_FDCWD, path, mode);
}

int truncate(const char *path, off_t length)
{
	return check(tabos_truncate(PATH(path), length));
}

int faccessat(int dirfd, const char *path, int mode, int flags)
{
	return check(tabos_access(dirfd, PATH(path), mode, (uint32_t)flags));
}

int access(const char *path, int mode)
{
	return faccessat(AT_FDCWD, path, mode, 0);
}

int eaccess(const char *path, int mode)
{
	return faccessat(AT_FDCWD, path, mode, AT_EACCESS);
}

int euidaccess(const char *path, int mode)
{
	return eaccess(path, mode);
}
