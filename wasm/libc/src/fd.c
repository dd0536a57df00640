/* Descriptors and data: read(2), write(2), lseek(2), dup(2), pipe(2), fcntl(2), fsync(2), ftruncate(2). Locks: locks.c. */
#include <limits.h>
#include <stdarg.h>
#include <unistd.h>
#include "internal.h"

ssize_t read(int fd, void *buf, size_t size)
{
	return check(tabos_read(fd, buf, size));
}

ssize_t write(int fd, const void *buf, size_t size)
{
	return check(tabos_write(fd, buf, size));
}

ssize_t pread(int fd, void *buf, size_t size, off_t offset)
{
	return check(tabos_pread(fd, buf, size, offset));
}

ssize_t pwrite(int fd, const void *buf, size_t size, off_t offset)
{
	return check(tabos_pwrite(fd, buf, size, offset));
}

off_t lseek(int fd, off_t offset, int whence)
{
	return check64(tabos_lseek(fd, offset, whence));
}

/* The name that stdio of wasi-libc calls it by. */
off_t __lseek(int fd, off_t offset, int whence)
{
	return lseek(fd, offset, whence);
}

int close(int fd)
{
	return check(tabos_close(fd));
}

int posix_close(int fd, int flags)
{
	(void)flags;
	return close(fd);
}

int dup(int fd)
{
	return check(tabos_dup(fd));
}

int dup2(int fd, int newfd)
{
	return check(tabos_dup3(fd, newfd, 0));
}

int dup3(int fd, int newfd, int flags)
{
	return fd == newfd ? fail(EINVAL) : check(tabos_dup3(fd, newfd, (uint32_t)flags));
}

int pipe2(int fds[2], int flags)
{
	struct tabos_fdpair pair;

	if (check(tabos_pipe2(OBJECT(&pair), (uint32_t)flags)) < 0)
		return -1;
	fds[0] = pair.first;
	fds[1] = pair.second;
	return 0;
}

int pipe(int fds[2])
{
	return pipe2(fds, 0);
}

int fcntl(int fd, int command, ...)
{
	va_list arguments;
	struct flock *lock = NULL;
	int argument = 0;

	va_start(arguments, command);
	switch (command) {
	case F_GETLK:
	case F_SETLK:
	case F_SETLKW:
	case F_OFD_GETLK:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
		lock = va_arg(arguments, struct flock *);
		break;
	default:
		argument = va_arg(arguments, int);
	}
	va_end(arguments);
	return lock != NULL ? __tabos_record_lock(fd, command, lock) : check(tabos_fcntl(fd, command, argument));
}

int fsync(int fd)
{
	return check(tabos_fsync(fd, 0));
}

int fdatasync(int fd)
{
	return check(tabos_fsync(fd, 1));
}

void sync(void)
{
	tabos_sync();
}

int syncfs(int fd)
{
	return fcntl(fd, F_GETFL) < 0 ? -1 : check(tabos_sync());
}

int ftruncate(int fd, off_t length)
{
	return check(tabos_ftruncate(fd, length));
}

int posix_fadvise(int fd, off_t offset, off_t length, int advice)
{
	/* The error is the result. */
	int saved = errno;
	int failed = check(tabos_fadvise(fd, offset, length, advice)) < 0 ? errno : 0;
	errno = saved;
	return failed;
}

int fallocate(int fd, int mode, off_t offset, off_t length)
{
	return check(tabos_fallocate(fd, mode, offset, length));
}

int posix_fallocate(int fd, off_t offset, off_t length)
{
	int before = errno;
	int error = fallocate(fd, 0, offset, length) < 0 ? errno : 0;

	errno = before;
	return error;
}

/* Where the caller gives no offset, that of the descriptor counts, and moves. */
ssize_t copy_file_range(int in, off_t *from, int out, off_t *to, size_t length, unsigned flags)
{
	off_t source = from != NULL ? *from : lseek(in, 0, SEEK_CUR);
	off_t target = to != NULL ? *to : lseek(out, 0, SEEK_CUR);

	if ((from == NULL && source < 0) || (to == NULL && target < 0))
		return -1;
	if (length > SSIZE_MAX)
		length = SSIZE_MAX;
	off_t count = check64(tabos_copy_file_range(in, source, out, target, (off_t)length, flags));
	if (count < 0)
		return -1;
	if (from != NULL)
		*from += count;
	else
		lseek(in, source + count, SEEK_SET);
	if (to != NULL)
		*to += count;
	else
		lseek(out, target + count, SEEK_SET);
	return (ssize_t)count;
}
