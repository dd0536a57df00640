/* Text: the locale C.UTF-8, wide characters, conversions of character sets, numbers in and out. */
#include "report.h"
#include <iconv.h>
#include <langinfo.h>
#include <locale.h>
#include <regex.h>
#include <stdlib.h>
#include <time.h>
#include <wchar.h>
#include <wctype.h>

static void show_locale(void)
{
	AREA("locale");
	HOLDS(MB_CUR_MAX == 1);
	HOLDS(setlocale(LC_ALL, "C.UTF-8") != NULL);
	TEXT(setlocale(LC_CTYPE, NULL));
	TEXT(nl_langinfo(CODESET));
	HOLDS(MB_CUR_MAX >= 4);
	HOLDS(setlocale(LC_ALL, "xx_YY.nothing") == NULL);
	TEXT(localeconv()->decimal_point);
	TEXT(nl_langinfo(DAY_1));
	TEXT(nl_langinfo(YESEXPR));
}

static void show_wide(void)
{
	wchar_t wide[32];
	char narrow[64];

	AREA("wide characters");
	SHOW(mbstowcs(wide, "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80", 32));
	SHOW(wcstombs(narrow, wide, sizeof(narrow)));
	TEXT(narrow);
	SHOW((ssize_t)mbstowcs(wide, "\xff\xfe", 32));
	SHOW(mblen("\xc3\xbc", 2));
	SHOW(wcwidth(L'a'));
	SHOW(wcwidth(0x4e2d));
	SHOW(wcwidth(0x301));
	SHOW(wcswidth(L"a\u4e2d", 2));
	SHOW(towupper(0xe4) == 0xc4);
	SHOW(iswalpha(0xe4) != 0);
	SHOW(iswalpha('1') != 0);
	SHOW(iswctype('a', wctype("lower")) != 0);
	swprintf(wide, 32, L"%ls %d %s", L"wide", 42, "\xc3\xa4");
	wcstombs(narrow, wide, sizeof(narrow));
	TEXT(narrow);
	SHOW(wcscmp(L"a", L"b") < 0);
	SHOW(wcstol(L"0x1f", NULL, 16));
}

static void show_conversions(void)
{
	char input[] = "gr\xfc\xdf", output[32] = "", *from = input, *to = output;
	size_t left = 4, room = sizeof(output);
	iconv_t converter = iconv_open("UTF-8", "ISO-8859-1");

	AREA("iconv");
	SHOW(iconv(converter, &from, &left, &to, &room));
	TEXT(output);
	SHOW(iconv_close(converter));
	HOLDS(iconv_open("UTF-8", "NO-SUCH-SET") == (iconv_t)-1);
	converter = iconv_open("UTF-16BE", "UTF-8");
	char text[] = "\xe2\x82\xac";
	from = text, to = output, left = 3, room = sizeof(output);
	SHOW(iconv(converter, &from, &left, &to, &room));
	HOLDS((unsigned char)output[0] == 0x20 && (unsigned char)output[1] == 0xac);
	iconv_close(converter);
}

static void show_numbers(void)
{
	long double value = 0;
	struct tm date = {.tm_year = 126, .tm_mon = 1, .tm_mday = 28, .tm_hour = 23, .tm_min = 59, .tm_sec = 59};
	char line[80];
	regex_t pattern;
	regmatch_t match[3];

	AREA("numbers");
	printf("%a %.3Lf %'d %5.1e %+d %#x %zu %lld\n", 1.5, 3.14159L, 1234567, 12345.678, 5, 255, (size_t)7, 1LL << 40);
	SHOW(sscanf("12 0x1f 3.25 word [abc]", "%*d %*x %Lf", &value));
	printf("%.2Lf\n", value);
	SHOW(strtol("077", NULL, 0));
	SHOW(strtoull("18446744073709551615", NULL, 10) == ~0ULL);
	strftime(line, sizeof(line), "%Y-%m-%d %H:%M:%S %a %b %j %U", &date);
	TEXT(line);
	SHOW(regcomp(&pattern, "([[:alpha:]]+)=(.*)", REG_EXTENDED));
	SHOW(regexec(&pattern, "  n\xc3\xa4me=value", 3, match, 0));
	printf("%d-%d %d-%d\n", (int)match[1].rm_so, (int)match[1].rm_eo, (int)match[2].rm_so, (int)match[2].rm_eo);
	regfree(&pattern);
	TEXT(strerror(ENOENT));
	TEXT(strsignal(11));
}

int main(void)
{
	show_locale();
	show_wide();
	show_conversions();
	show_numbers();
}
