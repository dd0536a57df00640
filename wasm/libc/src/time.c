/* Clocks and sleeping: clock_gettime(2), nanosleep(2), times(2), clock(3). The clocks are read in the process itself. */
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>
#include <wasi/api.h>
#include "internal.h"
#include "microseconds.h"

enum { NANOSECONDS = 1000000000, TICKS_PER_SECOND = 100 };

/* Linux has more names than the machine has clocks; -1 for a wrong one. */
static int clock_behind(clockid_t clock)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
		return (int)__WASI_CLOCKID_REALTIME;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
		return (int)__WASI_CLOCKID_MONOTONIC;
	case CLOCK_PROCESS_CPUTIME_ID:
	case CLOCK_THREAD_CPUTIME_ID:
		return (int)__WASI_CLOCKID_PROCESS_CPUTIME_ID;
	default:
		return -1;
	}
}

static uint64_t now(int clock)
{
	__wasi_timestamp_t time = 0;

	return __wasi_clock_time_get((__wasi_clockid_t)clock, 1, &time) == 0 ? time : 0;
}

static struct timespec timespec_of(uint64_t nanoseconds)
{
	struct timespec result = {
		.tv_sec = (time_t)(nanoseconds / NANOSECONDS),
		.tv_nsec = (long)(nanoseconds % NANOSECONDS),
	};
	return result;
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
	int behind = clock_behind(clock);

	if (behind < 0)
		return fail(EINVAL);
	*time = timespec_of(now(behind));
	return 0;
}

int clock_getres(clockid_t clock, struct timespec *resolution)
{
	__wasi_timestamp_t time;
	int behind = clock_behind(clock);

	if (behind < 0)
		return fail(EINVAL);
	int error = __wasi_clock_res_get((__wasi_clockid_t)behind, &time);
	if (error != 0)
		return fail(error);
	if (resolution != NULL)
		*resolution = timespec_of(time);
	return 0;
}

int clock_settime(clockid_t clock, const struct timespec *time)
{
	(void)clock, (void)time;
	return fail(EPERM);
}

int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
	(void)zone;
	if (time != NULL)
		*time = timeval_of(now(CLOCK_REALTIME) / 1000);
	return 0;
}

time_t time(time_t *result)
{
	time_t seconds = (time_t)(now(CLOCK_REALTIME) / NANOSECONDS);

	if (result != NULL)
		*result = seconds;
	return seconds;
}

int timespec_get(struct timespec *time, int base)
{
	return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, time) == 0 ? base : 0;
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *wanted, struct timespec *remaining)
{
	int behind = clock_behind(clock);

	if (behind < 0 || behind == CLOCK_PROCESS_CPUTIME_ID || wanted->tv_sec < 0 || wanted->tv_nsec < 0 ||
	    wanted->tv_nsec >= NANOSECONDS)
		return EINVAL;
	uint64_t start = now(behind);
	uint64_t time = (uint64_t)wanted->tv_sec * NANOSECONDS + (uint64_t)wanted->tv_nsec;
	uint64_t end = flags & TIMER_ABSTIME ? time : start + time;
	if (end <= start && (flags & TIMER_ABSTIME))
		return 0;
	int32_t result = tabos_nanosleep((int64_t)(end - start));
	if (result == -EINTR && remaining != NULL && !(flags & TIMER_ABSTIME)) {
		uint64_t woken = now(behind);
		*remaining = timespec_of(woken < end ? end - woken : 0);
	}
	return -result;
}

int nanosleep(const struct timespec *wanted, struct timespec *remaining)
{
	int error = clock_nanosleep(CLOCK_MONOTONIC, 0, wanted, remaining);

	return error == 0 ? 0 : fail(error);
}

unsigned sleep(unsigned seconds)
{
	struct timespec time = {.tv_sec = seconds};

	return nanosleep(&time, &time) == 0 ? 0 : (unsigned)time.tv_sec;
}

int usleep(unsigned microseconds)
{
	struct timespec time = {.tv_sec = microseconds / 1000000, .tv_nsec = (long)(microseconds % 1000000) * 1000};

	return nanosleep(&time, NULL);
}

clock_t times(struct tms *result)
{
	struct tabos_cputimes used;
	const uint64_t per_tick = 1000000 / TICKS_PER_SECOND;

	if (check(tabos_times(OBJECT(&used))) < 0)
		return -1;
	if (result != NULL)
		*result = (struct tms){
			.tms_utime = (clock_t)(used.utime / per_tick),
			.tms_stime = (clock_t)(used.stime / per_tick),
			.tms_cutime = (clock_t)(used.cutime / per_tick),
			.tms_cstime = (clock_t)(used.cstime / per_tick),
		};
	return (clock_t)(now(CLOCK_MONOTONIC) / (NANOSECONDS / TICKS_PER_SECOND));
}

clock_t clock(void)
{
	struct tabos_cputimes used;

	return check(tabos_times(OBJECT(&used))) < 0 ? -1 : (clock_t)(used.utime + used.stime);
}

int getrusage(int who, struct rusage *usage)
{
	struct tabos_cputimes used;

	if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN && who != RUSAGE_THREAD)
		return fail(EINVAL);
	if (check(tabos_times(OBJECT(&used))) < 0)
		return -1;
	memset(usage, 0, sizeof(*usage));
	usage->ru_utime = timeval_of(who == RUSAGE_CHILDREN ? used.cutime : used.utime);
	usage->ru_stime = timeval_of(who == RUSAGE_CHILDREN ? used.cstime : used.stime);
	return 0;
}
