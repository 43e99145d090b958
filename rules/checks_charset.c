/* rules/checks_charset: charsets of languages that the admin does not read (ok_locales).
 *
 * Facts of SpamAssassin 4.0.1 (Locales.pm): which charsets a language writes in. The locale that
 * the program itself runs in is not asked.
 */
#include "rules/checks_text.h"

enum { CHARSET_MAX = 60, LOCALE_LEN = 2 };

/* Blank-separated, capitals and digits only. */
static const char cyrillic[] =
	" KOI8R KOI8U KOI8T ISOIR111 CP1251 GEORGIANPS PT154 CP866 ";
static const struct { char locale[LOCALE_LEN + 1]; const char *charsets; } locales[] = {
	{ "ja", " EUCJP JISX020119760 JISX020819830 JISX020819900 JISX020819970 JISX021219900"
		" JISX021320001 JISX021320002 SHIFT_JIS SHIFTJIS ISO2022JP SJIS JIS7 JISX0201 JISX0208"
		" JISX0212 " },
	{ "ko", " EUCKR KSC56011987 " },
	{ "ru", cyrillic }, { "ka", cyrillic }, { "tg", cyrillic }, { "be", cyrillic },
	{ "uk", cyrillic }, { "bg", cyrillic },
	{ "th", " TIS620 " },
	{ "zh", " GB1988 GB2312 GB231219800 GB18030 GBK BIG5HKSCS BIG5 EUCTW ISO2022CN " },
};

/* What everybody may write in. */
static bool common(struct str name)
{
	static const char *const whole[] = { "USASCII", "ASCII", "IBM852", "XUNKNOWN", "ISO" };
	static const char *const starts[] = { "ISO8859", "ISO10646", "UTF", "UCS", "CP125",
		"WINDOWS", "UNICODE11UTF7", "UNICODE11UTF8" };
	for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
		if (str_equal(name, str_from(whole[i])))
			return true;
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
		if (str_starts_nocase(name, str_from(starts[i])))
			return true;
	return false;
}

static bool writes_in(struct str locale, struct str name)
{
	char blanks[CHARSET_MAX + 2] = " ";
	for (size_t i = 0; i < name.len; i++)
		blanks[1 + i] = name.ptr[i];
	blanks[1 + name.len] = ' ';
	for (size_t i = 0; i < sizeof locales / sizeof *locales; i++)
		if (str_equal(str_slice(locale, 0, LOCALE_LEN), str_from(locales[i].locale)) &&
		    str_find(str_from(locales[i].charsets), str_make(blanks, name.len + 2)) != SIZE_MAX)
			return true;
	return false;
}

bool checks_charset_far(const struct check_context *context, struct str charset)
{
	const struct values *ok = values_find(context->set, "ok_locales", STR(""));
	char text[CHARSET_MAX];
	size_t n = 0;
	if (!ok || !ok->n || values_have(ok, STR("all")))
		return false;
	for (size_t i = 0; i < charset.len && n < sizeof text; i++) {
		char c = charset.ptr[i];
		if (ascii_alpha(c))
			text[n++] = (char)(c & ~0x20);
		else if (ascii_digit(c))
			text[n++] = c;
	}
	struct str name = str_make(text, n);
	if (str_starts_nocase(name, STR("3D"))) /* a '=' of quoted-printable */
		name = str_slice(name, 2, name.len);
	if (common(name))
		return false;
	for (size_t i = 0; i < ok->n; i++)
		if (writes_in(ok->items[i], name))
			return false;
	return true;
}
