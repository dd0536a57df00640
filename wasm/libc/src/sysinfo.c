/* sysinfo(2) and the number of processors, from /proc. A figure that /proc does not have stays 0. */
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysinfo.h>
#include "internal.h"

static int read_uptime(struct sysinfo *info)
{
	FILE *file = fopen("/proc/uptime", "re");
	double seconds;

	if (file == NULL)
		return -1;
	if (fscanf(file, "%lf", &seconds) == 1)
		info->uptime = (unsigned long)seconds;
	fclose(file);
	return 0;
}

static int read_memory(struct sysinfo *info)
{
	const struct {
		const char *name;
		unsigned long *value;
	} fields[] = {
		{"MemTotal", &info->totalram}, {"MemFree", &info->freeram},    {"Shmem", &info->sharedram},
		{"Buffers", &info->bufferram}, {"SwapTotal", &info->totalswap}, {"SwapFree", &info->freeswap},
	};
	FILE *file = fopen("/proc/meminfo", "re");
	unsigned long kilobytes;
	char name[32];

	if (file == NULL)
		return -1;
	while (fscanf(file, "%31[^:]: %lu%*[^\n]\n", name, &kilobytes) == 2)
		for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
			if (strcmp(name, fields[i].name) == 0)
				*fields[i].value = kilobytes;
	fclose(file);
	info->mem_unit = 1024;
	return 0;
}

static void read_loads(struct sysinfo *info)
{
	FILE *file = fopen("/proc/loadavg", "re");
	double loads[3];
	unsigned processes;

	if (file == NULL)
		return;
	if (fscanf(file, "%lf %lf %lf %*u/%u", &loads[0], &loads[1], &loads[2], &processes) == 4) {
		for (int i = 0; i < 3; i++)
			info->loads[i] = (unsigned long)(loads[i] * (1 << SI_LOAD_SHIFT));
		info->procs = (unsigned short)processes;
	}
	fclose(file);
}

int sysinfo(struct sysinfo *info)
{
	memset(info, 0, sizeof(*info));
	if (read_uptime(info) < 0 || read_memory(info) < 0)
		return -1;
	read_loads(info);
	return 0;
}

/* A process has one thread, on a processor that it cannot choose. */
int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set)
{
	(void)pid;
	if (size < sizeof(unsigned long))
		return fail(EINVAL);
	memset(set, 0, size);
	*(unsigned char *)set = 1;
	return 0;
}

int get_nprocs(void)
{
	return 1;
}

int get_nprocs_conf(void)
{
	return 1;
}
