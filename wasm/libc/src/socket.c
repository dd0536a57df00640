/*
 * Sockets: socket(2) and its relatives, one call each. The layout of addresses is that of Linux on both sides. Messages of
 * several buffers go through one; what travels beside the bytes (descriptors, credentials) does not: ENOSYS.
 */
#include <stdlib.h>
#include <sys/socket.h>
#include "internal.h"

int socket(int domain, int type, int protocol)
{
	return check(tabos_socket(domain, (uint32_t)type, protocol));
}

int socketpair(int domain, int type, int protocol, int fds[2])
{
	struct tabos_fdpair pair;

	if (check(tabos_socketpair(domain, (uint32_t)type, protocol, OBJECT(&pair))) < 0)
		return -1;
	fds[0] = pair.first;
	fds[1] = pair.second;
	return 0;
}

int bind(int fd, const struct sockaddr *address, socklen_t size)
{
	return check(tabos_bind(fd, address, size));
}

int connect(int fd, const struct sockaddr *address, socklen_t size)
{
	return check(tabos_connect(fd, address, size));
}

int listen(int fd, int backlog)
{
	return check(tabos_listen(fd, backlog));
}

int shutdown(int fd, int how)
{
	return check(tabos_shutdown(fd, how));
}

/* As much of the address as fits; the size becomes the whole one. */
static void give_name(const struct tabos_sockname *name, struct sockaddr *address, socklen_t *size)
{
	if (address == NULL || size == NULL)
		return;
	memcpy(address, name->bytes, name->length < *size ? name->length : *size);
	*size = name->length;
}

int getsockname(int fd, struct sockaddr *restrict address, socklen_t *restrict size)
{
	struct tabos_sockname name;

	if (check(tabos_getsockname(fd, OBJECT(&name))) < 0)
		return -1;
	give_name(&name, address, size);
	return 0;
}

int getpeername(int fd, struct sockaddr *restrict address, socklen_t *restrict size)
{
	struct tabos_sockname name;

	if (check(tabos_getpeername(fd, OBJECT(&name))) < 0)
		return -1;
	give_name(&name, address, size);
	return 0;
}

int accept4(int fd, struct sockaddr *restrict address, socklen_t *restrict size, int flags)
{
	int connection = check(tabos_accept(fd, (uint32_t)flags));

	/* A peer that has gone already has no name. */
	if (connection >= 0 && address != NULL && getpeername(connection, address, size) < 0)
		*size = 0;
	return connection;
}

int accept(int fd, struct sockaddr *restrict address, socklen_t *restrict size)
{
	return accept4(fd, address, size, 0);
}

int getsockopt(int fd, int level, int option, void *restrict value, socklen_t *restrict size)
{
	int written = check(tabos_getsockopt(fd, level, option, value, *size));

	if (written < 0)
		return -1;
	*size = (socklen_t)written;
	return 0;
}

int setsockopt(int fd, int level, int option, const void *value, socklen_t size)
{
	return check(tabos_setsockopt(fd, level, option, value, size));
}

/* There is no urgent data, so no mark in the stream. */
int sockatmark(int fd)
{
	struct tabos_sockname name;

	return check(tabos_getsockname(fd, OBJECT(&name)));
}

ssize_t sendto(int fd, const void *buf, size_t size, int flags, const struct sockaddr *to, socklen_t to_size)
{
	return check(tabos_sendto(fd, buf, size, (uint32_t)flags, to, to ? to_size : 0));
}

ssize_t send(int fd, const void *buf, size_t size, int flags)
{
	return sendto(fd, buf, size, flags, NULL, 0);
}

ssize_t recvfrom(int fd, void *restrict buf, size_t size, int flags, struct sockaddr *restrict from,
		 socklen_t *restrict from_size)
{
	struct tabos_sockname name;
	int received = check(tabos_recvfrom(fd, buf, size, (uint32_t)flags, OBJECT(&name)));

	if (received >= 0)
		give_name(&name, from, from_size);
	return received;
}

ssize_t recv(int fd, void *buf, size_t size, int flags)
{
	return recvfrom(fd, buf, size, flags, NULL, NULL);
}

static size_t whole_size(const struct msghdr *message)
{
	size_t size = 0;

	for (size_t i = 0; i < (size_t)message->msg_iovlen; i++)
		size += message->msg_iov[i].iov_len;
	return size;
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	if (message->msg_controllen > 0)
		return fail(ENOSYS);
	char *block = malloc(whole_size(message) + 1), *end = block;
	if (block == NULL)
		return fail(ENOMEM);
	for (size_t i = 0; i < (size_t)message->msg_iovlen; i++) {
		memcpy(end, message->msg_iov[i].iov_base, message->msg_iov[i].iov_len);
		end += message->msg_iov[i].iov_len;
	}
	ssize_t sent = sendto(fd, block, (size_t)(end - block), flags, message->msg_name, message->msg_namelen);
	free(block);
	return sent;
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	size_t size = whole_size(message), done = 0;
	char *block = malloc(size + 1);

	if (block == NULL)
		return fail(ENOMEM);
	ssize_t received = recvfrom(fd, block, size, flags, message->msg_name, &message->msg_namelen);
	size_t present = received < 0 ? 0 : (size_t)received < size ? (size_t)received : size;
	for (size_t i = 0; done < present; i++) {
		size_t part = present - done < message->msg_iov[i].iov_len ? present - done : message->msg_iov[i].iov_len;
		memcpy(message->msg_iov[i].iov_base, block + done, part);
		done += part;
	}
	if (received >= 0) {
		message->msg_controllen = 0;
		message->msg_flags = (size_t)received > size ? MSG_TRUNC : 0;
	}
	free(block);
	return received;
}
