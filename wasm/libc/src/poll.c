/* poll(2), ppoll(2), and select(2) and pselect(2) in terms of them. */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/select.h>
#include "internal.h"
#include "microseconds.h"

_Static_assert(sizeof(struct pollfd) == sizeof(struct tabos_pollfd), "pollfd");
_Static_assert(offsetof(struct pollfd, revents) == offsetof(struct tabos_pollfd, revents), "pollfd");

static int wait_for(struct pollfd *fds, nfds_t count, int64_t microseconds, const sigset_t *mask)
{
	static const sigset_t none;
	const sigset_t *during = mask ? mask : &none;

	return check(tabos_poll((struct tabos_pollfd *)fds, count * sizeof(*fds), microseconds, mask != NULL,
				SET_WORDS(during)));
}

int poll(struct pollfd *fds, nfds_t count, int milliseconds)
{
	return wait_for(fds, count, milliseconds < 0 ? -1 : (int64_t)milliseconds * 1000, NULL);
}

int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
	if (timeout != NULL && (timeout->tv_sec < 0 || timeout->tv_nsec < 0 || timeout->tv_nsec >= 1000000000))
		return fail(EINVAL);
	return wait_for(fds, count, timeout ? microseconds_of_timespec(timeout) : -1, mask);
}

enum { READABLE = POLLIN | POLLHUP | POLLERR, WRITABLE = POLLOUT | POLLERR };

/* A pollfd for each descriptor that is in a set; their number. */
static nfds_t gather(struct pollfd *fds, int limit, const fd_set *readable, const fd_set *writable, const fd_set *special)
{
	nfds_t count = 0;

	for (int fd = 0; fd < limit; fd++) {
		short events = 0;
		if (readable != NULL && FD_ISSET(fd, readable))
			events |= POLLIN;
		if (writable != NULL && FD_ISSET(fd, writable))
			events |= POLLOUT;
		if (special != NULL && FD_ISSET(fd, special))
			events |= POLLPRI;
		if (events != 0)
			fds[count++] = (struct pollfd){.fd = fd, .events = events};
	}
	return count;
}

/* Keep the descriptors of one set that have one of the events; how many they are. */
static int keep(fd_set *set, const struct pollfd *fds, nfds_t count, short wanted, short events)
{
	int kept = 0;

	if (set == NULL)
		return 0;
	FD_ZERO(set);
	for (nfds_t i = 0; i < count; i++) {
		if (!(fds[i].events & wanted) || !(fds[i].revents & events))
			continue;
		FD_SET(fds[i].fd, set);
		kept++;
	}
	return kept;
}

static int select_for(int limit, fd_set *readable, fd_set *writable, fd_set *special, int64_t microseconds,
		      const sigset_t *mask)
{
	if (limit < 0 || limit > FD_SETSIZE)
		return fail(EINVAL);
	struct pollfd *fds = malloc(((size_t)limit + 1) * sizeof(*fds));
	if (fds == NULL)
		return fail(ENOMEM);
	nfds_t count = gather(fds, limit, readable, writable, special);
	int result = wait_for(fds, count, microseconds, mask);
	for (nfds_t i = 0; result > 0 && i < count; i++)
		if (fds[i].revents & POLLNVAL)
			result = fail(EBADF);
	if (result >= 0)
		result = keep(readable, fds, count, POLLIN, READABLE) + keep(writable, fds, count, POLLOUT, WRITABLE) +
			 keep(special, fds, count, POLLPRI, POLLPRI);
	free(fds);
	return result;
}

int select(int limit, fd_set *restrict readable, fd_set *restrict writable, fd_set *restrict special,
	   struct timeval *restrict timeout)
{
	if (timeout != NULL && (timeout->tv_sec < 0 || timeout->tv_usec < 0))
		return fail(EINVAL);
	return select_for(limit, readable, writable, special, timeout ? microseconds_of(timeout) : -1, NULL);
}

int pselect(int limit, fd_set *restrict readable, fd_set *restrict writable, fd_set *restrict special,
	    const struct timespec *restrict timeout, const sigset_t *restrict mask)
{
	if (timeout != NULL && (timeout->tv_sec < 0 || timeout->tv_nsec < 0 || timeout->tv_nsec >= 1000000000))
		return fail(EINVAL);
	return select_for(limit, readable, writable, special, timeout ? microseconds_of_timespec(timeout) : -1, mask);
}
