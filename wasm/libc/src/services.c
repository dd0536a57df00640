/* Services and protocols by /etc/services and /etc/protocols: getservbyname(3), getprotobyname(3). Results are static. */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "words.h"

static struct words service_line, protocol_line;
static struct servent service;
static struct protoent protocol;
static FILE *services, *protocols;

static FILE *opened(FILE **file, const char *path)
{
	if (*file == NULL)
		*file = fopen(path, "re");
	return *file;
}

static void close_file(FILE **file)
{
	if (*file != NULL)
		fclose(*file);
	*file = NULL;
}

static void rewind_file(FILE *file)
{
	if (file != NULL)
		rewind(file);
}

static int has_word(const char *name, const char *first, char **others)
{
	if (strcmp(name, first) == 0)
		return 1;
	for (; *others != NULL; others++)
		if (strcmp(name, *others) == 0)
			return 1;
	return 0;
}

void setservent(int stay_open)
{
	(void)stay_open;
	rewind_file(services);
}

void endservent(void)
{
	close_file(&services);
}

struct servent *getservent(void)
{
	if (opened(&services, _PATH_SERVICES) == NULL)
		return NULL;
	while (next_words(services, 2, &service_line)) {
		char *slash = strchr(service_line.word[1], '/');
		if (slash == NULL)
			continue;
		*slash = '\0';
		service.s_name = service_line.word[0];
		service.s_aliases = &service_line.word[2];
		service.s_port = htons((uint16_t)atoi(service_line.word[1]));
		service.s_proto = slash + 1;
		return &service;
	}
	return NULL;
}

static struct servent *find_service(const char *name, int port, const char *proto)
{
	struct servent *found;

	setservent(0);
	while ((found = getservent()) != NULL)
		if ((name ? has_word(name, found->s_name, found->s_aliases) : found->s_port == port) &&
		    (proto == NULL || strcmp(proto, found->s_proto) == 0))
			break;
	endservent();
	return found;
}

struct servent *getservbyname(const char *name, const char *proto)
{
	return find_service(name, 0, proto);
}

struct servent *getservbyport(int port, const char *proto)
{
	return find_service(NULL, port, proto);
}

void setprotoent(int stay_open)
{
	(void)stay_open;
	rewind_file(protocols);
}

void endprotoent(void)
{
	close_file(&protocols);
}

struct protoent *getprotoent(void)
{
	if (opened(&protocols, _PATH_PROTOCOLS) == NULL || !next_words(protocols, 2, &protocol_line))
		return NULL;
	protocol.p_name = protocol_line.word[0];
	protocol.p_proto = atoi(protocol_line.word[1]);
	protocol.p_aliases = &protocol_line.word[2];
	return &protocol;
}

static struct protoent *find_protocol(const char *name, int number)
{
	struct protoent *found;

	setprotoent(0);
	while ((found = getprotoent()) != NULL)
		if (name ? has_word(name, found->p_name, found->p_aliases) : found->p_proto == number)
			break;
	endprotoent();
	return found;
}

struct protoent *getprotobyname(const char *name)
{
	return find_protocol(name, 0);
}

struct protoent *getprotobynumber(int number)
{
	return find_protocol(NULL, number);
}
