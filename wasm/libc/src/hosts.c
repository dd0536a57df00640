/*
 * Host names, as far as /etc/hosts knows them: gethostbyname(3), gethostbyaddr(3). The results are static, one for all
 * of these functions.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include "internal.h"
#include "words.h"

int h_errno;

static struct words current;
static unsigned char address[16];
static char *addresses[2] = {(char *)address};
static struct hostent entry = {.h_addr_list = addresses};
static FILE *listing;

const char *hstrerror(int error)
{
	static const char *const texts[] = {
		"Resolver Error 0 (no error)", "Unknown host", "Host name lookup failure", "Unknown server error",
		"No address associated with name",
	};

	return error >= 0 && error < 5 ? texts[error] : "Unknown resolver error";
}

void herror(const char *prefix)
{
	if (prefix != NULL && *prefix != '\0')
		fprintf(stderr, "%s: ", prefix);
	fprintf(stderr, "%s\n", hstrerror(h_errno));
}

static struct hostent *not_found(void)
{
	h_errno = HOST_NOT_FOUND;
	return NULL;
}

static int parse_address(const char *text, int family)
{
	if (inet_pton(family, text, address) != 1)
		return 0;
	entry.h_addrtype = family;
	entry.h_length = family == AF_INET ? 4 : 16;
	return 1;
}

/* The next line of the file as the entry; AF_UNSPEC takes any family. */
static int next_host(FILE *file, int family)
{
	while (next_words(file, 2, &current)) {
		int parsed = (family != AF_INET6 && parse_address(current.word[0], AF_INET)) ||
			     (family != AF_INET && parse_address(current.word[0], AF_INET6));
		if (!parsed)
			continue;
		entry.h_name = current.word[1];
		entry.h_aliases = &current.word[2];
		return 1;
	}
	return 0;
}

static int has_name(const char *name)
{
	for (int i = 1; i < current.count; i++)
		if (strcasecmp(current.word[i], name) == 0)
			return 1;
	return 0;
}

struct hostent *gethostbyname2(const char *name, int family)
{
	int found = 0;

	if (family != AF_INET && family != AF_INET6) {
		errno = EAFNOSUPPORT;
		return not_found();
	}
	if (parse_address(name, family)) {
		current.word[0] = NULL;
		entry.h_name = (char *)name;
		entry.h_aliases = current.word;
		return &entry;
	}
	FILE *file = fopen(_PATH_HOSTS, "re");
	if (file == NULL)
		return not_found();
	while (!found && next_host(file, family))
		found = has_name(name);
	fclose(file);
	return found ? &entry : not_found();
}

struct hostent *gethostbyname(const char *name)
{
	return gethostbyname2(name, AF_INET);
}

struct hostent *gethostbyaddr(const void *wanted, socklen_t size, int family)
{
	unsigned char copy[16];
	int found = 0;

	if (!(family == AF_INET && size == 4) && !(family == AF_INET6 && size == 16)) {
		errno = EINVAL;
		return not_found();
	}
	memcpy(copy, wanted, size);
	FILE *file = fopen(_PATH_HOSTS, "re");
	if (file == NULL)
		return not_found();
	while (!found && next_host(file, family))
		found = memcmp(address, copy, size) == 0;
	fclose(file);
	return found ? &entry : not_found();
}

void sethostent(int stay_open)
{
	(void)stay_open;
	if (listing != NULL)
		rewind(listing);
}

void endhostent(void)
{
	if (listing != NULL)
		fclose(listing);
	listing = NULL;
}

struct hostent *gethostent(void)
{
	if (listing == NULL && (listing = fopen(_PATH_HOSTS, "re")) == NULL)
		return NULL;
	return next_host(listing, AF_UNSPEC) ? &entry : NULL;
}
