/* getrandom(2) over getentropy, which gives at most 256 bytes at a time. */
#include <stdlib.h>
#include <sys/random.h>
#include "internal.h"

enum { ENTROPY_MAX = 256 };

ssize_t getrandom(void *buf, size_t size, unsigned flags)
{
	char *bytes = buf;

	if (flags & ~(unsigned)(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE))
		return fail(EINVAL);
	for (size_t done = 0; done < size; done += ENTROPY_MAX) {
		size_t rest = size - done;
		if (getentropy(bytes + done, rest < ENTROPY_MAX ? rest : ENTROPY_MAX) < 0)
			return -1;
	}
	return (ssize_t)size;
}
