/*
 * Local time from the variable TZ, in the form of POSIX (STD offset [DST [offset] [,start[/time],end[/time]]], tzset(3)).
 * There are no tables of zones: a name such as Europe/Rome, a wrong value and none at all mean UTC, as on Linux for an
 * unknown name. wasi-libc's localtime, mktime and strftime ask the two functions at the end.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DAY = 86400, HOUR = 3600, LONGEST_NAME = 15 };

enum rule_kind { JULIAN_WITHOUT_LEAP, DAY_OF_YEAR, WEEKDAY_OF_MONTH };

/* When daylight saving time begins or ends, in the local time before the change. */
struct rule {
	enum rule_kind kind;
	int day;
	int month, week;
	long time;
};

char *tzname[2];
long timezone;
int daylight;
const char __utc[] = "UTC";

static char names[2][LONGEST_NAME + 1];
static struct rule begins, ends;
static long daylight_offset;
/* The value that the rest was made from. */
static char *known;

/* A name: letters, or anything in angle brackets. */
static const char *parse_name(const char *text, char *name)
{
	int quoted = *text == '<';
	size_t length = 0;

	text += quoted;
	while (quoted ? *text != '>' && *text != '\0' : (*text | 32) >= 'a' && (*text | 32) <= 'z') {
		if (length == LONGEST_NAME)
			return NULL;
		name[length++] = *text++;
	}
	name[length] = '\0';
	if (quoted && *text++ != '>')
		return NULL;
	return length >= 3 ? text : NULL;
}

static const char *parse_number(const char *text, int least, int most, int *number)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (*text < '0' || *text > '9' || value < least || value > most)
		return NULL;
	*number = (int)value;
	return end;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static const char *parse_time(const char *text, long *seconds)
{
	int sign = *text == '-' ? -1 : 1, part;
	long unit = HOUR;

	text += *text == '-' || *text == '+';
	*seconds = 0;
	text = parse_number(text, 0, 167, &part);
	while (text != NULL) {
		*seconds += sign * part * unit;
		if (*text != ':' || unit == 1)
			break;
		unit /= 60;
		text = parse_number(text + 1, 0, 59, &part);
	}
	return text;
}

static const char *parse_rule(const char *text, struct rule *rule)
{
	rule->time = 2 * HOUR;
	if (*text == 'M') {
		rule->kind = WEEKDAY_OF_MONTH;
		text = parse_number(text + 1, 1, 12, &rule->month);
		if (text == NULL || *text != '.' || (text = parse_number(text + 1, 1, 5, &rule->week)) == NULL || *text != '.')
			return NULL;
		text = parse_number(text + 1, 0, 6, &rule->day);
	} else if (*text == 'J') {
		rule->kind = JULIAN_WITHOUT_LEAP;
		text = parse_number(text + 1, 1, 365, &rule->day);
	} else {
		rule->kind = DAY_OF_YEAR;
		text = parse_number(text, 0, 365, &rule->day);
	}
	if (text != NULL && *text == '/')
		text = parse_time(text + 1, &rule->time);
	return text;
}

/* 0 when the text is no rule of POSIX. Offsets count west of Greenwich. */
static int parse(const char *text)
{
	text = parse_name(text, names[0]);
	if (text == NULL || (text = parse_time(text, &timezone)) == NULL)
		return 0;
	daylight = *text != '\0';
	daylight_offset = timezone - HOUR;
	if (!daylight)
		return 1;
	text = parse_name(text, names[1]);
	if (text != NULL && *text != ',' && *text != '\0')
		text = parse_time(text, &daylight_offset);
	if (text == NULL)
		return 0;
	/* Without rules, those of the United States. */
	if (*text == '\0')
		text = ",M3.2.0,M11.1.0";
	if (*text != ',' || (text = parse_rule(text + 1, &begins)) == NULL || *text != ',')
		return 0;
	text = parse_rule(text + 1, &ends);
	return text != NULL && *text == '\0';
}

void tzset(void)
{
	const char *value = getenv("TZ");

	if (value == NULL)
		value = "";
	if (known != NULL && strcmp(known, value) == 0)
		return;
	free(known);
	known = strdup(value);
	tzname[0] = names[0];
	tzname[1] = names[1];
	memset(names, 0, sizeof(names));
	if (parse(value + (*value == ':')))
		return;
	strcpy(names[0], __utc);
	strcpy(names[1], __utc);
	timezone = daylight_offset = 0;
	daylight = 0;
}

static int is_leap(long long year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days from 1970-01-01 to a first of January. */
static long long days_before(long long year)
{
	long long last = year - 1;

	return (year - 1970) * 365 + (last / 4 - last / 100 + last / 400) - (1969 / 4 - 1969 / 100 + 1969 / 400);
}

static int days_before_month(long long year, int month)
{
	static const short days[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};

	return days[month] + (month >= 2 && is_leap(year));
}

/* The rule's moment in a year, as seconds of local time. */
static long long moment(const struct rule *rule, long long year)
{
	long long day = days_before(year);

	if (rule->kind == WEEKDAY_OF_MONTH) {
		long long first = day + days_before_month(year, rule->month - 1);
		long long after = day + days_before_month(year, rule->month);
		/* 1970-01-01 was a Thursday. */
		int weekday = (int)(((first + 4) % 7 + 7) % 7);
		day = first + (rule->day - weekday + 7) % 7 + (rule->week - 1) * 7;
		if (day >= after)
			day -= 7;
	} else if (rule->kind == JULIAN_WITHOUT_LEAP) {
		day += rule->day - 1 + (is_leap(year) && rule->day >= 60);
	} else {
		day += rule->day;
	}
	return day * DAY + rule->time;
}

static int in_daylight_time(long long time, int local)
{
	if (!daylight)
		return 0;
	/* Rules speak of local time; a year is long enough for the estimate to be one off at most. */
	long long standard = local ? time : time - timezone;
	long long year = 1970 + standard / 31556952;
	while (days_before(year) * DAY > standard)
		year--;
	while (days_before(year + 1) * DAY <= standard)
		year++;
	long long begin = moment(&begins, year) + (local ? 0 : timezone);
	long long end = moment(&ends, year) + (local ? 0 : daylight_offset);
	return begin < end ? time >= begin && time < end : time < end || time >= begin;
}

void __secs_to_zone(long long time, int local, int *is_daylight, long *offset, long *other, const char **name)
{
	tzset();
	int now = in_daylight_time(time, local);
	*is_daylight = now;
	*offset = now ? -daylight_offset : -timezone;
	if (other != NULL)
		*other = now ? -timezone : -daylight_offset;
	*name = tzname[now];
}

const char *__tm_to_tzname(const struct tm *time)
{
	const char *name = time->__tm_zone;

	tzset();
	return name == __utc || name == tzname[0] || name == tzname[1] ? name : "";
}
