/* The process's real timer: setitimer(2), getitimer(2), alarm(2). The CPU timers do not exist: ENOSYS. */
#include <sys/time.h>
#include <unistd.h>
#include "internal.h"
#include "microseconds.h"

static int arm(int64_t value, int64_t interval, struct tabos_itimer *before)
{
	return check(tabos_setitimer(value, interval, OBJECT(before)));
}

static struct itimerval itimerval_of(const struct tabos_itimer *timer)
{
	struct itimerval result = {
		.it_value = timeval_of(timer->value),
		.it_interval = timeval_of(timer->interval),
	};
	return result;
}

int setitimer(int which, const struct itimerval *restrict timer, struct itimerval *restrict old)
{
	struct tabos_itimer before;

	if (which == ITIMER_VIRTUAL || which == ITIMER_PROF)
		return fail(ENOSYS);
	if (which != ITIMER_REAL || timer->it_value.tv_usec < 0 || timer->it_value.tv_usec >= 1000000 ||
	    timer->it_interval.tv_usec < 0 || timer->it_interval.tv_usec >= 1000000)
		return fail(EINVAL);
	if (arm(microseconds_of(&timer->it_value), microseconds_of(&timer->it_interval), &before) < 0)
		return -1;
	if (old != NULL)
		*old = itimerval_of(&before);
	return 0;
}

int getitimer(int which, struct itimerval *timer)
{
	struct itimerval none = {0};

	/* There is no call that only asks: take the timer, and set it again as it was. */
	if (setitimer(which, &none, timer) < 0)
		return -1;
	if (timer->it_value.tv_sec == 0 && timer->it_value.tv_usec == 0)
		return 0;
	return setitimer(which, timer, NULL);
}

unsigned alarm(unsigned seconds)
{
	struct tabos_itimer before;

	if (arm((int64_t)seconds * 1000000, 0, &before) < 0)
		return 0;
	return (unsigned)((before.value + 999999) / 1000000);
}

unsigned ualarm(unsigned value, unsigned interval)
{
	struct tabos_itimer before;

	return arm(value, interval, &before) < 0 ? 0 : (unsigned)before.value;
}
