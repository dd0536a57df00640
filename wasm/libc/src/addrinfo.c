/* getaddrinfo(3) and getnameinfo(3) by numbers and the files of /etc: a name that /etc/hosts lacks is EAI_NONAME. */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "internal.h"

enum {
	KNOWN_FLAGS = AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_V4MAPPED | AI_ALL | AI_ADDRCONFIG | AI_NUMERICSERV,
	ADDRESSES_MAX = 4,
};

static const struct kind {
	int type, protocol;
	const char *name;
} kinds[] = {
	{SOCK_STREAM, IPPROTO_TCP, "tcp"},
	{SOCK_DGRAM, IPPROTO_UDP, "udp"},
};

struct address {
	int family;
	unsigned char bytes[16];
};

/* An entry and what it points to, in one block. */
struct block {
	struct addrinfo info;
	union {
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} address;
	char name[];
};

const char *gai_strerror(int error)
{
	static const char *const texts[] = {
		[-EAI_BADFLAGS] = "Bad value for ai_flags",
		[-EAI_NONAME] = "Name or service not known",
		[-EAI_AGAIN] = "Temporary failure in name resolution",
		[-EAI_FAIL] = "Non-recoverable failure in name resolution",
		[-EAI_NODATA] = "No address associated with hostname",
		[-EAI_FAMILY] = "ai_family not supported",
		[-EAI_SOCKTYPE] = "ai_socktype not supported",
		[-EAI_SERVICE] = "Servname not supported for ai_socktype",
		[-EAI_MEMORY] = "Memory allocation failure",
		[-EAI_SYSTEM] = "System error",
		[-EAI_OVERFLOW] = "Argument buffer too small",
	};
	size_t index = (size_t)-(long)error;

	return index < sizeof(texts) / sizeof(texts[0]) && texts[index] ? texts[index] : "Unknown error";
}

static int add_numeric(const char *host, int family, struct address *to)
{
	if (family != AF_UNSPEC && family != to->family)
		return 0;
	return inet_pton(to->family, host, to->bytes) == 1;
}

static int add_named(const char *host, int family, int wanted, struct address *to)
{
	struct hostent *entry = wanted == AF_UNSPEC || wanted == family ? gethostbyname2(host, family) : NULL;

	if (entry == NULL)
		return 0;
	to->family = family;
	memcpy(to->bytes, entry->h_addr, (size_t)entry->h_length);
	return 1;
}

/* The addresses of a host, IPv6 first; how many they are. */
static int resolve(const char *host, int family, int flags, struct address *to)
{
	struct address v6 = {.family = AF_INET6}, v4 = {.family = AF_INET};
	int count = 0;

	if (host == NULL) {
		/* The wildcard addresses are all zeros, the loopback ones are not. */
		if (!(flags & AI_PASSIVE)) {
			v6.bytes[15] = 1;
			v4.bytes[0] = 127, v4.bytes[3] = 1;
		}
		if (family != AF_INET)
			to[count++] = v6;
		if (family != AF_INET6)
			to[count++] = v4;
		return count;
	}
	if (add_numeric(host, family, &v4))
		to[count++] = v4;
	else if (add_numeric(host, family, &v6))
		to[count++] = v6;
	if (count > 0 || flags & AI_NUMERICHOST)
		return count;
	count += add_named(host, AF_INET6, family, &to[count]);
	count += add_named(host, AF_INET, family, &to[count]);
	return count;
}

/* The port in network order, or minus an error. */
static int port_of(const char *service, const char *proto, int flags)
{
	char *end;

	if (service == NULL)
		return 0;
	unsigned long number = strtoul(service, &end, 10);
	if (*service != '\0' && *end == '\0')
		return number <= 65535 ? htons((uint16_t)number) : EAI_SERVICE;
	if (flags & AI_NUMERICSERV)
		return EAI_NONAME;
	const struct servent *entry = getservbyname(service, proto);
	return entry ? entry->s_port : EAI_SERVICE;
}

static struct block *make(const struct address *address, const struct kind *kind, int port, const char *name)
{
	size_t name_size = name ? strlen(name) + 1 : 0;
	struct block *block = calloc(1, sizeof(*block) + name_size);

	if (block == NULL)
		return NULL;
	block->info = (struct addrinfo){
		.ai_family = address->family,
		.ai_socktype = kind->type,
		.ai_protocol = kind->protocol,
		.ai_addr = (struct sockaddr *)&block->address,
	};
	if (address->family == AF_INET) {
		block->info.ai_addrlen = sizeof(block->address.v4);
		block->address.v4.sin_family = AF_INET;
		block->address.v4.sin_port = (in_port_t)port;
		memcpy(&block->address.v4.sin_addr, address->bytes, 4);
	} else {
		block->info.ai_addrlen = sizeof(block->address.v6);
		block->address.v6.sin6_family = AF_INET6;
		block->address.v6.sin6_port = (in_port_t)port;
		memcpy(&block->address.v6.sin6_addr, address->bytes, 16);
	}
	if (name != NULL)
		block->info.ai_canonname = memcpy(block->name, name, name_size);
	return block;
}

static int is_wanted(const struct kind *kind, const struct addrinfo *hints)
{
	return (hints->ai_socktype == 0 || hints->ai_socktype == kind->type) &&
	       (hints->ai_protocol == 0 || hints->ai_protocol == kind->protocol);
}

int getaddrinfo(const char *restrict host, const char *restrict service, const struct addrinfo *restrict hints,
		struct addrinfo **restrict result)
{
	static const struct addrinfo none = {.ai_flags = AI_V4MAPPED | AI_ADDRCONFIG};
	struct address addresses[ADDRESSES_MAX];
	struct addrinfo *first = NULL, **end = &first;
	int kinds_wanted = 0, error = 0;

	if (hints == NULL)
		hints = &none;
	if (hints->ai_flags & ~KNOWN_FLAGS || (host == NULL && hints->ai_flags & AI_CANONNAME))
		return EAI_BADFLAGS;
	if (host == NULL && service == NULL)
		return EAI_NONAME;
	if (hints->ai_family != AF_UNSPEC && hints->ai_family != AF_INET && hints->ai_family != AF_INET6)
		return EAI_FAMILY;
	int count = resolve(host, hints->ai_family, hints->ai_flags, addresses);
	if (count == 0)
		return EAI_NONAME;
	for (int i = 0; i < count; i++) {
		for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
			if (!is_wanted(&kinds[k], hints))
				continue;
			kinds_wanted++;
			int port = port_of(service, kinds[k].name, hints->ai_flags);
			if (port < 0) {
				error = port;
				continue;
			}
			int named = hints->ai_flags & AI_CANONNAME && first == NULL;
			struct block *block = make(&addresses[i], &kinds[k], port, named ? host : NULL);
			if (block == NULL) {
				freeaddrinfo(first);
				return EAI_MEMORY;
			}
			*end = &block->info;
			end = &block->info.ai_next;
		}
	}
	if (first == NULL)
		return kinds_wanted == 0 ? EAI_SOCKTYPE : error;
	*result = first;
	return 0;
}

void freeaddrinfo(struct addrinfo *info)
{
	while (info != NULL) {
		struct addrinfo *next = info->ai_next;
		free(info);
		info = next;
	}
}

static int copy_text(const char *text, char *to, socklen_t size)
{
	if (strlen(text) >= size)
		return EAI_OVERFLOW;
	strcpy(to, text);
	return 0;
}

static int name_of(int family, const void *address, socklen_t size, char *to, socklen_t to_size, int flags)
{
	char number[INET6_ADDRSTRLEN];
	const struct hostent *entry = flags & NI_NUMERICHOST ? NULL : gethostbyaddr(address, size, family);

	if (entry != NULL)
		return copy_text(entry->h_name, to, to_size);
	if (flags & NI_NAMEREQD)
		return EAI_NONAME;
	inet_ntop(family, address, number, sizeof(number));
	return copy_text(number, to, to_size);
}

int getnameinfo(const struct sockaddr *restrict address, socklen_t size, char *restrict host, socklen_t host_size,
		char *restrict service, socklen_t service_size, int flags)
{
	const struct sockaddr_in *v4 = (const void *)address;
	const struct sockaddr_in6 *v6 = (const void *)address;
	int family = address->sa_family, error = 0;

	if ((family != AF_INET || size < sizeof(*v4)) && (family != AF_INET6 || size < sizeof(*v6)))
		return EAI_FAMILY;
	if (host != NULL && host_size > 0)
		error = family == AF_INET ? name_of(family, &v4->sin_addr, 4, host, host_size, flags)
					  : name_of(family, &v6->sin6_addr, 16, host, host_size, flags);
	if (error == 0 && service != NULL && service_size > 0) {
		char number[8];
		int port = family == AF_INET ? v4->sin_port : v6->sin6_port;
		const struct servent *entry =
			flags & NI_NUMERICSERV ? NULL : getservbyport(port, flags & NI_DGRAM ? "udp" : "tcp");
		snprintf(number, sizeof(number), "%d", ntohs((uint16_t)port));
		error = copy_text(entry ? entry->s_name : number, service, service_size);
	}
	return error;
}
