/* getloadavg(3), by /proc/loadavg. */
#include <stdio.h>
#include <stdlib.h>

int getloadavg(double loads[], int count)
{
	FILE *file = fopen("/proc/loadavg", "re");
	int found = 0;

	if (file == NULL)
		return -1;
	while (found < count && found < 3 && fscanf(file, "%lf", &loads[found]) == 1)
		found++;
	fclose(file);
	return found;
}
