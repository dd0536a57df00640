/*
 * Sockets, socket(2) and its relatives. The system has none yet: no address family is supported, so that no descriptor
 * can be a socket, and every call on one says so as Linux does.
 */
#include <sys/socket.h>
#include <fcntl.h>
#include "internal.h"

static int no_socket(int fd)
{
	return fcntl(fd, F_GETFD) < 0 ? -1 : fail(ENOTSOCK);
}

int socket(int domain, int type, int protocol)
{
	(void)domain, (void)type, (void)protocol;
	return fail(EAFNOSUPPORT);
}

int socketpair(int domain, int type, int protocol, int fds[2])
{
	(void)domain, (void)type, (void)protocol, (void)fds;
	return fail(EAFNOSUPPORT);
}

int bind(int fd, const struct sockaddr *address, socklen_t size)
{
	(void)address, (void)size;
	return no_socket(fd);
}

int connect(int fd, const struct sockaddr *address, socklen_t size)
{
	(void)address, (void)size;
	return no_socket(fd);
}

int listen(int fd, int backlog)
{
	(void)backlog;
	return no_socket(fd);
}

int accept(int fd, struct sockaddr *restrict address, socklen_t *restrict size)
{
	(void)address, (void)size;
	return no_socket(fd);
}

int accept4(int fd, struct sockaddr *restrict address, socklen_t *restrict size, int flags)
{
	(void)flags;
	return accept(fd, address, size);
}

int shutdown(int fd, int how)
{
	(void)how;
	return no_socket(fd);
}

int getsockname(int fd, struct sockaddr *restrict address, socklen_t *restrict size)
{
	(void)address, (void)size;
	return no_socket(fd);
}

int getpeername(int fd, struct sockaddr *restrict address, socklen_t *restrict size)
{
	(void)address, (void)size;
	return no_socket(fd);
}

int getsockopt(int fd, int level, int option, void *restrict value, socklen_t *restrict size)
{
	(void)level, (void)option, (void)value, (void)size;
	return no_socket(fd);
}

int setsockopt(int fd, int level, int option, const void *value, socklen_t size)
{
	(void)level, (void)option, (void)value, (void)size;
	return no_socket(fd);
}

int sockatmark(int fd)
{
	return no_socket(fd);
}

ssize_t send(int fd, const void *buf, size_t size, int flags)
{
	(void)buf, (void)size, (void)flags;
	return no_socket(fd);
}

ssize_t sendto(int fd, const void *buf, size_t size, int flags, const struct sockaddr *to, socklen_t to_size)
{
	(void)to, (void)to_size;
	return send(fd, buf, size, flags);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	(void)message, (void)flags;
	return no_socket(fd);
}

ssize_t recv(int fd, void *buf, size_t size, int flags)
{
	(void)buf, (void)size, (void)flags;
	return no_socket(fd);
}

ssize_t recvfrom(int fd, void *restrict buf, size_t size, int flags, struct sockaddr *restrict from,
		 socklen_t *restrict from_size)
{
	(void)from, (void)from_size;
	return recv(fd, buf, size, flags);
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	(void)message, (void)flags;
	return no_socket(fd);
}
