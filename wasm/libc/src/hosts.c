/* Host names, as far as /etc/hosts knows them: gethostbyname(3). */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include "database.h"

enum { MOST_ALIASES = 16, HOST_NOT_FOUND = 1 };

int h_errno;

const char *hstrerror(int error)
{
	return error == HOST_NOT_FOUND ? "Unknown host" : error == 0 ? "Resolver Error 0 (no error)" : "Unknown resolver error";
}

/* Whether the line, which is cut into the entry, has the name. */
static int parse(char *line, const char *name, struct hostent *entry, struct in_addr *address)
{
	char *rest = line;
	int count = 0, found = 0;

	line[strcspn(line, "#")] = '\0';
	const char *number = strsep(&rest, " \t");
	if (inet_aton(number, address) == 0)
		return 0;
	entry->h_name = NULL;
	while (rest != NULL && count < MOST_ALIASES) {
		char *word = strsep(&rest, " \t");
		if (*word == '\0')
			continue;
		if (entry->h_name == NULL)
			entry->h_name = word;
		else
			entry->h_aliases[count++] = word;
		found |= strcasecmp(word, name) == 0;
	}
	entry->h_aliases[count] = NULL;
	return found;
}

struct hostent *gethostbyname(const char *name)
{
	static char line[DATABASE_LINE], *aliases[MOST_ALIASES + 1], *addresses[2];
	static struct in_addr address;
	static struct hostent entry = {
		.h_aliases = aliases,
		.h_addrtype = AF_INET,
		.h_length = sizeof(address),
		.h_addr_list = addresses,
	};
	int found = inet_aton(name, &address);

	addresses[0] = (char *)&address;
	entry.h_name = (char *)name;
	aliases[0] = NULL;
	if (!found) {
		FILE *file = fopen("/etc/hosts", "re");
		while (file != NULL && !found && next_line(file, line, sizeof(line)) > 0)
			found = parse(line, name, &entry, &address);
		if (file != NULL)
			fclose(file);
	}
	h_errno = found ? 0 : HOST_NOT_FOUND;
	return found ? &entry : NULL;
}
