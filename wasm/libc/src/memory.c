/* Memory: memalign(3), valloc(3), and the requests about pages that stay where they are anyway, mlock(2). */
#include <limits.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/mman.h>
#include "internal.h"

void *memalign(size_t alignment, size_t size)
{
	void *block;
	int error = posix_memalign(&block, alignment < sizeof(void *) ? sizeof(void *) : alignment, size);

	if (error == 0)
		return block;
	errno = error;
	return NULL;
}

void *valloc(size_t size)
{
	return memalign(PAGESIZE, size);
}

/* Memory is never written to a disk. */
int mlock(const void *address, size_t size)
{
	(void)address, (void)size;
	return 0;
}

int munlock(const void *address, size_t size)
{
	(void)address, (void)size;
	return 0;
}

int mlockall(int flags)
{
	return flags == 0 || flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) ? fail(EINVAL) : 0;
}

int munlockall(void)
{
	return 0;
}

int posix_madvise(void *address, size_t size, int advice)
{
	(void)address, (void)size;
	return advice < POSIX_MADV_NORMAL || advice > POSIX_MADV_DONTNEED ? EINVAL : 0;
}
