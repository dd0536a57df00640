/*
 * readv(2), writev(2) and their positioned forms, in terms of the calls on one buffer.
 *
 * A write of up to PIPE_BUF bytes is gathered into one call, so that it stays atomic on a pipe.
 */
#include <limits.h>
#include <sys/uio.h>
#include <unistd.h>
#include "internal.h"

/* offset < 0: at the descriptor's own. */
static ssize_t write_at(int fd, const void *buf, size_t size, off_t offset)
{
	return offset < 0 ? write(fd, buf, size) : pwrite(fd, buf, size, offset);
}

static ssize_t write_parts(int fd, const struct iovec *parts, int count, off_t offset)
{
	ssize_t done = 0;

	for (int i = 0; i < count; i++) {
		if (parts[i].iov_len == 0)
			continue;
		ssize_t n = write_at(fd, parts[i].iov_base, parts[i].iov_len, offset < 0 ? -1 : offset + done);
		if (n < 0)
			return done > 0 ? done : -1;
		done += n;
		if ((size_t)n < parts[i].iov_len)
			break;
	}
	return done;
}

static ssize_t write_vector(int fd, const struct iovec *parts, int count, off_t offset)
{
	char gathered[PIPE_BUF];
	size_t size = 0;
	int used = 0;

	if (count < 0 || count > IOV_MAX)
		return fail(EINVAL);
	for (int i = 0; i < count; i++) {
		size += parts[i].iov_len;
		used += parts[i].iov_len > 0;
	}
	if (used == 0)
		return write_at(fd, NULL, 0, offset);
	if (used == 1 || size > sizeof(gathered))
		return write_parts(fd, parts, count, offset);
	size = 0;
	for (int i = 0; i < count; i++) {
		memcpy(gathered + size, parts[i].iov_base, parts[i].iov_len);
		size += parts[i].iov_len;
	}
	return write_at(fd, gathered, size, offset);
}

static ssize_t read_vector(int fd, const struct iovec *parts, int count, off_t offset)
{
	ssize_t done = 0;

	if (count < 0 || count > IOV_MAX)
		return fail(EINVAL);
	for (int i = 0; i < count; i++) {
		if (parts[i].iov_len == 0)
			continue;
		/* Once there is something, another read of a pipe or terminal could block. */
		if (done > 0 && offset < 0 && lseek(fd, 0, SEEK_CUR) < 0)
			break;
		ssize_t n = offset < 0 ? read(fd, parts[i].iov_base, parts[i].iov_len)
				       : pread(fd, parts[i].iov_base, parts[i].iov_len, offset + done);
		if (n < 0)
			return done > 0 ? done : -1;
		done += n;
		if ((size_t)n < parts[i].iov_len)
			break;
	}
	return done;
}

ssize_t readv(int fd, const struct iovec *parts, int count)
{
	return read_vector(fd, parts, count, -1);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
	return write_vector(fd, parts, count, -1);
}

ssize_t preadv(int fd, const struct iovec *parts, int count, off_t offset)
{
	return offset < 0 ? fail(EINVAL) : read_vector(fd, parts, count, offset);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
	return offset < 0 ? fail(EINVAL) : write_vector(fd, parts, count, offset);
}
