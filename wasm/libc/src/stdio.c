/*
 * Streams: fopen(3), fdopen(3), freopen(3), and how a stream reads and writes its descriptor.
 *
 * Buffers are large (64 KiB), because a call costs microseconds, except on a terminal. Standard input and output find
 * out at their first use what they are and start with a small buffer that is part of the program.
 */
#include "stdio-file.h"
#include <stdlib.h>
#include <unistd.h>
#include "internal.h"

enum { SMALL_BUFFER = 1024, LARGE_BUFFER = 64 << 10 };

size_t __stdio_write(FILE *file, const unsigned char *bytes, size_t size)
{
	size_t held = (size_t)(file->wpos - file->wbase);
	const unsigned char *parts[2] = {file->wbase, bytes};
	size_t sizes[2] = {held, size}, left = size;

	/* One call for both parts when the second fits behind the first. */
	if (held > 0 && size <= (size_t)(file->buf + file->buf_size - file->wpos)) {
		memcpy(file->wpos, bytes, size);
		sizes[0] += size;
		sizes[1] = 0;
	}
	for (int i = 0; i < 2; i++) {
		while (sizes[i] > 0) {
			ssize_t n = write(file->fd, parts[i], sizes[i]);
			if (n < 0) {
				file->wpos = file->wbase = file->wend = NULL;
				file->flags |= F_FAILED;
				return i == 0 ? 0 : size - left;
			}
			parts[i] += n;
			sizes[i] -= (size_t)n;
			if (i == 1)
				left -= (size_t)n;
		}
	}
	file->wend = file->buf + file->buf_size;
	file->wpos = file->wbase = file->buf;
	return size;
}

size_t __stdio_read(FILE *file, unsigned char *bytes, size_t size)
{
	int direct = size >= file->buf_size;
	ssize_t n = read(file->fd, direct ? bytes : file->buf, direct ? size : file->buf_size);

	if (n <= 0) {
		file->flags |= n < 0 ? F_FAILED : F_AT_EOF;
		return 0;
	}
	if (direct)
		return (size_t)n;
	size_t given = (size_t)n < size ? (size_t)n : size;
	memcpy(bytes, file->buf, given);
	file->rpos = file->buf + given;
	file->rend = file->buf + n;
	return given;
}

/* Whether it is a terminal, leaving errno as it was: callers of stdio look at errno after reading and writing. */
static int is_terminal(int fd)
{
	int saved = errno, result = isatty(fd);

	errno = saved;
	return result;
}

static unsigned char *large_buffer(void)
{
	unsigned char *memory = malloc(UNGET + LARGE_BUFFER);

	return memory ? memory + UNGET : NULL;
}

static size_t first_read(FILE *file, unsigned char *bytes, size_t size)
{
	unsigned char *buffer;

	file->read = __stdio_read;
	if (!(file->flags & F_OWN_BUFFER) && !is_terminal(file->fd) && (buffer = large_buffer()) != NULL) {
		file->buf = buffer;
		file->buf_size = LARGE_BUFFER;
	}
	return __stdio_read(file, bytes, size);
}

static size_t first_write(FILE *file, const unsigned char *bytes, size_t size)
{
	unsigned char *buffer;
	size_t held = (size_t)(file->wpos - file->wbase);

	file->write = __stdio_write;
	if (file->flags & F_OWN_BUFFER || is_terminal(file->fd) || (buffer = large_buffer()) == NULL)
		return __stdio_write(file, bytes, size);
	/* No terminal: what is held moves to the large buffer, and is written when that is full. */
	file->lbf = -1;
	file->buf = buffer;
	file->buf_size = LARGE_BUFFER;
	if (held > 0)
		memcpy(buffer, file->wbase, held);
	file->wbase = buffer;
	file->wpos = buffer + held;
	file->wend = buffer + LARGE_BUFFER;
	/* A flush (no bytes) and what does not fit go on to the descriptor. */
	if (size == 0 || size > (size_t)(file->wend - file->wpos))
		return __stdio_write(file, bytes, size);
	memcpy(file->wpos, bytes, size);
	file->wpos += size;
	return size;
}

/* The name that freopen of stdout and vfprintf know. */
size_t __stdout_write(FILE *file, const unsigned char *bytes, size_t size)
{
	return first_write(file, bytes, size);
}

static unsigned char input_buffer[UNGET + SMALL_BUFFER], output_buffer[UNGET + SMALL_BUFFER];

FILE __stdin_FILE = {
	.buf = input_buffer + UNGET,
	.buf_size = SMALL_BUFFER,
	.fd = STDIN_FILENO,
	.flags = F_PERMANENT | F_NO_WRITE,
	.lbf = -1,
	.read = first_read,
	.seek = __stdio_seek,
	.close = __stdio_close,
};

FILE __stdout_FILE = {
	.buf = output_buffer + UNGET,
	.buf_size = SMALL_BUFFER,
	.fd = STDOUT_FILENO,
	.flags = F_PERMANENT | F_NO_READ,
	.lbf = '\n',
	.write = first_write,
	.seek = __stdio_seek,
	.close = __stdio_close,
};

#undef stdin
#undef stdout
FILE *const stdin = &__stdin_FILE;
FILE *const stdout = &__stdout_FILE;
FILE *volatile __stdin_used = &__stdin_FILE;
FILE *volatile __stdout_used = &__stdout_FILE;

/* open(2) flags of a mode string; -1 for a wrong one. */
static int open_flags(const char *mode)
{
	int flags;

	switch (*mode) {
	case 'r':
		flags = O_RDONLY;
		break;
	case 'w':
		flags = O_WRONLY | O_CREAT | O_TRUNC;
		break;
	case 'a':
		flags = O_WRONLY | O_CREAT | O_APPEND;
		break;
	default:
		return fail(EINVAL);
	}
	if (strchr(mode, '+'))
		flags = (flags & ~O_ACCMODE) | O_RDWR;
	if (strchr(mode, 'x'))
		flags |= O_EXCL;
	if (strchr(mode, 'e'))
		flags |= O_CLOEXEC;
	return flags;
}

static void attach(FILE *file, int fd, int flags)
{
	int access = flags & O_ACCMODE;
	int terminal = access != O_RDONLY && is_terminal(fd);

	file->fd = fd;
	file->flags &= F_PERMANENT | F_OWN_BUFFER;
	if (access == O_RDONLY)
		file->flags |= F_NO_WRITE;
	if (access == O_WRONLY)
		file->flags |= F_NO_READ;
	if (flags & O_APPEND)
		file->flags |= F_APPENDS;
	file->lbf = terminal ? '\n' : -1;
	file->read = __stdio_read;
	file->write = __stdio_write;
	file->seek = __stdio_seek;
	file->close = __stdio_close;
}

FILE *fdopen(int fd, const char *mode)
{
	int flags = open_flags(mode);

	if (flags < 0)
		return NULL;
	FILE *file = malloc(sizeof(*file) + UNGET + LARGE_BUFFER);
	if (file == NULL)
		return NULL;
	memset(file, 0, sizeof(*file));
	file->buf = (unsigned char *)(file + 1) + UNGET;
	file->buf_size = LARGE_BUFFER;
	if (flags & O_CLOEXEC)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	if (flags & O_APPEND) {
		int current = fcntl(fd, F_GETFL);
		if (current >= 0 && !(current & O_APPEND))
			fcntl(fd, F_SETFL, current | O_APPEND);
	}
	attach(file, fd, flags);
	return __ofl_add(file);
}

FILE *__fdopen(int fd, const char *mode)
{
	return fdopen(fd, mode);
}

FILE *fopen(const char *restrict path, const char *restrict mode)
{
	int flags = open_flags(mode);
	int fd = flags < 0 ? -1 : open(path, flags, 0666);
	FILE *file = fd < 0 ? NULL : fdopen(fd, mode);

	if (fd >= 0 && file == NULL)
		close(fd);
	return file;
}

/* Open another file under the number of the stream's descriptor. */
static int replace(FILE *file, const char *path, int flags)
{
	int fd = open(path, flags, 0666);

	if (fd < 0)
		return -1;
	if (fd != file->fd) {
		int result = dup3(fd, file->fd, flags & O_CLOEXEC);
		close(fd);
		if (result < 0)
			return -1;
	}
	attach(file, file->fd, flags);
	return 0;
}

static int change_mode(FILE *file, int flags)
{
	if (flags & O_CLOEXEC && fcntl(file->fd, F_SETFD, FD_CLOEXEC) < 0)
		return -1;
	return fcntl(file->fd, F_SETFL, flags & ~(O_CREAT | O_EXCL | O_CLOEXEC | O_TRUNC));
}

FILE *freopen(const char *restrict path, const char *restrict mode, FILE *restrict file)
{
	int flags = open_flags(mode);

	fflush(file);
	if (flags >= 0 && (path ? replace(file, path, flags) : change_mode(file, flags)) >= 0)
		return file;
	int error = errno;
	fclose(file);
	errno = error;
	return NULL;
}
