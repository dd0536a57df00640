/* The group database, /etc/group as in group(5): getgrnam(3), getgrgid(3), getgrent(3), getgrouplist(3). */
#include <grp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "database.h"
#include "internal.h"

/* The members behind a line in the same buffer, as a vector of pointers into the line. */
static char **parse_members(char *list, char *buf, size_t size)
{
	size_t end = (size_t)(list - buf) + strlen(list) + 1;
	size_t start = (end + _Alignof(char *) - 1) & ~(_Alignof(char *) - 1), count = 0;
	char **members = (char **)(void *)(buf + start), *name;

	for (;;) {
		if (start + (count + 1) * sizeof(*members) > size)
			return NULL;
		name = strsep(&list, ",");
		if (name == NULL)
			break;
		if (*name != '\0')
			members[count++] = name;
	}
	members[count] = NULL;
	return members;
}

/* As in passwd.c. */
static int next(FILE *file, struct group *entry, char *buf, size_t size)
{
	char *fields[4];
	int length;

	while ((length = next_line(file, buf, size)) > 0) {
		if (split_fields(buf, fields, 4) != 4 || !parse_id(fields[2], &entry->gr_gid))
			continue;
		entry->gr_name = fields[0];
		entry->gr_passwd = fields[1];
		entry->gr_mem = parse_members(fields[3], buf, size);
		return entry->gr_mem ? 1 : -1;
	}
	return length;
}

static int find(const char *name, gid_t gid, struct group *entry, char *buf, size_t size, struct group **result)
{
	FILE *file = fopen(GROUP_FILE, "re");
	int found;

	*result = NULL;
	if (file == NULL)
		return errno == ENOENT ? 0 : errno;
	while ((found = next(file, entry, buf, size)) > 0)
		if (name ? strcmp(entry->gr_name, name) == 0 : entry->gr_gid == gid)
			break;
	fclose(file);
	if (found > 0)
		*result = entry;
	return found < 0 ? ERANGE : 0;
}

int getgrnam_r(const char *name, struct group *entry, char *buf, size_t size, struct group **result)
{
	return find(name, 0, entry, buf, size, result);
}

int getgrgid_r(gid_t gid, struct group *entry, char *buf, size_t size, struct group **result)
{
	return find(NULL, gid, entry, buf, size, result);
}

static struct group shared_entry;
static char shared_buffer[DATABASE_LINE];

static struct group *find_shared(const char *name, gid_t gid)
{
	struct group *result;
	int error = find(name, gid, &shared_entry, shared_buffer, sizeof(shared_buffer), &result);

	if (error != 0)
		errno = error;
	return result;
}

struct group *getgrnam(const char *name)
{
	return find_shared(name, 0);
}

struct group *getgrgid(gid_t gid)
{
	return find_shared(NULL, gid);
}

static FILE *listing;

void setgrent(void)
{
	if (listing != NULL)
		rewind(listing);
}

void endgrent(void)
{
	if (listing != NULL)
		fclose(listing);
	listing = NULL;
}

struct group *getgrent(void)
{
	if (listing == NULL && (listing = fopen(GROUP_FILE, "re")) == NULL)
		return NULL;
	return next(listing, &shared_entry, shared_buffer, sizeof(shared_buffer)) > 0 ? &shared_entry : NULL;
}

struct group *fgetgrent(FILE *file)
{
	return next(file, &shared_entry, shared_buffer, sizeof(shared_buffer)) > 0 ? &shared_entry : NULL;
}

static int has_member(const struct group *group, const char *user)
{
	for (char **member = group->gr_mem; *member != NULL; member++)
		if (strcmp(*member, user) == 0)
			return 1;
	return 0;
}

int getgrouplist(const char *user, gid_t first, gid_t *groups, int *count)
{
	int capacity = *count, found = 0;
	struct group *group;

	if (capacity > 0)
		groups[0] = first;
	found++;
	setgrent();
	while ((group = getgrent()) != NULL) {
		if (group->gr_gid == first || !has_member(group, user))
			continue;
		if (found < capacity)
			groups[found] = group->gr_gid;
		found++;
	}
	endgrent();
	*count = found;
	return found <= capacity ? found : -1;
}

int initgroups(const char *user, gid_t group)
{
	gid_t none;
	int count = 0;

	getgrouplist(user, group, &none, &count);
	return count <= 1 ? 0 : setgroups((size_t)count, &none);
}
