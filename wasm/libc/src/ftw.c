/* ftw(3), the older form of nftw(3): it follows links and knows fewer types. */
#include <ftw.h>

static int (*visit_file)(const char *, const struct stat *, int);

static int visit(const char *path, const struct stat *status, int type, struct FTW *where)
{
	(void)where;
	return visit_file(path, status, type == FTW_SLN ? FTW_NS : type == FTW_SL ? FTW_F : type);
}

int ftw(const char *path, int (*function)(const char *, const struct stat *, int), int descriptors)
{
	int (*outer)(const char *, const struct stat *, int) = visit_file;

	visit_file = function;
	int result = nftw(path, visit, descriptors, 0);
	visit_file = outer;
	return result;
}
