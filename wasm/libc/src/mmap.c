/*
 * mmap(2), as far as a memory without pages reaches: private mappings are memory with a copy of the file. What another
 * process or the file would have to see (shared and writable) is ENOSYS; protection is not enforced.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "internal.h"

static int fill(char *memory, size_t length, int fd, off_t offset)
{
	for (size_t done = 0; done < length;) {
		ssize_t n = pread(fd, memory + done, length - done, offset + (off_t)done);
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return 0;
}

void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
	const size_t page = 4096;
	int shared = (flags & MAP_TYPE) == MAP_SHARED;
	void *memory;

	(void)address;
	errno = EINVAL;
	if (length == 0 || offset < 0 || offset % (off_t)page != 0)
		return MAP_FAILED;
	errno = ENOSYS;
	if (flags & MAP_FIXED || protection & PROT_EXEC || (shared && protection & PROT_WRITE))
		return MAP_FAILED;
	size_t size = (length + page - 1) / page * page;
	if (posix_memalign(&memory, page, size) != 0) {
		errno = ENOMEM;
		return MAP_FAILED;
	}
	memset(memory, 0, size);
	if (!(flags & MAP_ANONYMOUS) && fill(memory, length, fd, offset) < 0) {
		free(memory);
		return MAP_FAILED;
	}
	return memory;
}

int munmap(void *address, size_t length)
{
	if (length == 0)
		return fail(EINVAL);
	free(address);
	return 0;
}

int mprotect(void *address, size_t length, int protection)
{
	(void)address, (void)length, (void)protection;
	return fail(ENOSYS);
}

int msync(void *address, size_t length, int flags)
{
	(void)address, (void)length, (void)flags;
	return 0;
}

int madvise(void *address, size_t length, int advice)
{
	(void)address, (void)length, (void)advice;
	return 0;
}
