/* What CPU_COUNT(3) counts with: sched.h has the other macros of the family. */
#include <sched.h>

int __sched_cpucount(size_t size, const cpu_set_t *set) {
	const unsigned char *bytes = (const void *)set;
	int count = 0;
	for (size_t i = 0; i < size; i++)
		count += __builtin_popcount(bytes[i]);
	return count;
}
