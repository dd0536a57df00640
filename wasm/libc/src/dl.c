/* dlopen(3): a program of TabOS is one module, linked whole. Every attempt to load another one is refused by its name. */
#include <dlfcn.h>
#include <stdio.h>
#include "internal.h"

static char message[256];
static int reported = 1;

static int refuse(const char *what, const char *name)
{
	snprintf(message, sizeof(message), "%s: %s: programs cannot load shared objects here", what, name);
	reported = 0;
	return -1;
}

void *dlopen(const char *file, int mode)
{
	(void)mode;
	refuse("dlopen", file ? file : "the program itself");
	return NULL;
}

void *dlsym(void *restrict handle, const char *restrict name)
{
	(void)handle;
	refuse("dlsym", name);
	return NULL;
}

int dlclose(void *handle)
{
	(void)handle;
	return refuse("dlclose", "not a handle");
}

int dladdr(const void *address, Dl_info *info)
{
	(void)address, (void)info;
	return 0;
}

char *dlerror(void)
{
	if (reported)
		return NULL;
	reported = 1;
	return message;
}
