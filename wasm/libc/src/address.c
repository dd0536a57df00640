/*
 * Addresses as text: inet_pton(3), inet_ntop(3). wasi-libc's know the families by the numbers of WASI, so they are called with
 * those.
 */
#include <arpa/inet.h>
#include <sys/socket.h>
#include "internal.h"

int __et_pton(int family, const char *restrict text, void *restrict address);
const char *__et_ntop(int family, const void *restrict address, char *restrict text, socklen_t size);

enum { WASI_INET = 1, WASI_INET6 = 2, WASI_NONE = 0 };

static int wasi_family(int family)
{
	return family == AF_INET ? WASI_INET : family == AF_INET6 ? WASI_INET6 : WASI_NONE;
}

int inet_pton(int family, const char *restrict text, void *restrict address)
{
	return __et_pton(wasi_family(family), text, address);
}

const char *inet_ntop(int family, const void *restrict address, char *restrict text, socklen_t size)
{
	return __et_ntop(wasi_family(family), address, text, size);
}
