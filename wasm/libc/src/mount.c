/* mount(2), umount(2). A null pointer is as good as an empty text. */
#include <sys/mount.h>
#include "internal.h"

static const char *text(const char *pointer)
{
	return pointer == NULL ? "" : pointer;
}

int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data)
{
	return check(tabos_mount(PATH(text(source)), PATH(target), PATH(text(type)), (uint32_t)flags, PATH(text(data))));
}

int umount2(const char *target, int flags)
{
	return check(tabos_umount2(PATH(target), (uint32_t)flags));
}

int umount(const char *target)
{
	return umount2(target, 0);
}
