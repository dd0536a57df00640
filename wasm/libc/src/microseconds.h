/* Times of the calls, in microseconds, as the structs of C and back. */
#pragma once

#include <stdint.h>
#include <sys/time.h>
#include <time.h>

static inline struct timeval timeval_of(uint64_t microseconds)
{
	struct timeval result = {
		.tv_sec = (time_t)(microseconds / 1000000),
		.tv_usec = (suseconds_t)(microseconds % 1000000),
	};
	return result;
}

static inline int64_t microseconds_of(const struct timeval *time)
{
	return (int64_t)time->tv_sec * 1000000 + time->tv_usec;
}

/* Rounded up, so that a wait is never too short. */
static inline int64_t microseconds_of_timespec(const struct timespec *time)
{
	return (int64_t)time->tv_sec * 1000000 + (time->tv_nsec + 999) / 1000;
}
