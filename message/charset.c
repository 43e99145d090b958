/* message/charset: see charset.h.
 *
 * iconv_open() takes microseconds where a whole mail should take ten, so it is the last resort:
 * pure ASCII in a charset that contains ASCII never gets there.
 */
#include "message/charset.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

#include "base/bytes.h"

enum kind {
	KIND_UTF8,
	KIND_1252,    /* also what is unknown, and what says UTF-8 and is not */
	KIND_SUPERSET, /* by iconv; bytes below 0x80 are ASCII */
	KIND_ICONV,   /* by iconv, always */
	KIND_HZ       /* RFC 1843, which iconv lacks: made GB 2312 first */
};

struct charset {
	const char *label; /* lower case, without '-', '_', ' ' and a leading "x" */
	const char *name;  /* iconv's, NULL: none needed */
	enum kind kind;
};

enum { LABEL_MAX = 40, ICONV_GIVEN = 2048 };

/* In strcmp() order of the label. */
static const struct charset CHARSETS[] = {
	{ "866", "CP866", KIND_SUPERSET },
	{ "ansi", NULL, KIND_1252 },
	{ "ansix341968", NULL, KIND_1252 },
	{ "ansix341986", NULL, KIND_1252 },
	{ "arabic", "ISO-8859-6", KIND_SUPERSET },
	{ "ascii", NULL, KIND_1252 },
	{ "asmo708", "ISO-8859-6", KIND_SUPERSET },
	{ "big5", "BIG5-HKSCS", KIND_SUPERSET },
	{ "big5hkscs", "BIG5-HKSCS", KIND_SUPERSET },
	{ "chinese", "GB18030", KIND_SUPERSET },
	{ "cnbig5", "BIG5-HKSCS", KIND_SUPERSET },
	{ "cp1250", "CP1250", KIND_SUPERSET },
	{ "cp1251", "CP1251", KIND_SUPERSET },
	{ "cp1252", NULL, KIND_1252 },
	{ "cp1253", "CP1253", KIND_SUPERSET },
	{ "cp1254", "CP1254", KIND_SUPERSET },
	{ "cp1255", "CP1255", KIND_SUPERSET },
	{ "cp1256", "CP1256", KIND_SUPERSET },
	{ "cp1257", "CP1257", KIND_SUPERSET },
	{ "cp1258", "CP1258", KIND_SUPERSET },
	{ "cp437", "CP437", KIND_SUPERSET },
	{ "cp54936", "GB18030", KIND_SUPERSET },
	{ "cp65000", "UTF-7", KIND_ICONV },
	{ "cp65001", NULL, KIND_UTF8 },
	{ "cp819", NULL, KIND_1252 },
	{ "cp850", "CP850", KIND_SUPERSET },
	{ "cp852", "CP852", KIND_SUPERSET },
	{ "cp866", "CP866", KIND_SUPERSET },
	{ "cp932", "CP932", KIND_SUPERSET },
	{ "cp936", "CP936", KIND_SUPERSET },
	{ "cp949", "CP949", KIND_SUPERSET },
	{ "cp950", "BIG5-HKSCS", KIND_SUPERSET },
	{ "csbig5", "BIG5-HKSCS", KIND_SUPERSET },
	{ "cseuckr", "CP949", KIND_SUPERSET },
	{ "cseucpkdfmtjapanese", "EUC-JP", KIND_SUPERSET },
	{ "csgb2312", "GB18030", KIND_SUPERSET },
	{ "csibm866", "CP866", KIND_SUPERSET },
	{ "csiso2022jp", "ISO-2022-JP-2", KIND_ICONV },
	{ "csiso2022jp2", "ISO-2022-JP-2", KIND_ICONV },
	{ "csiso2022kr", "ISO-2022-KR", KIND_ICONV },
	{ "csiso58gb231280", "GB18030", KIND_SUPERSET },
	{ "csiso88596e", "ISO-8859-6", KIND_SUPERSET },
	{ "csiso88596i", "ISO-8859-6", KIND_SUPERSET },
	{ "csiso88598e", "ISO-8859-8", KIND_SUPERSET },
	{ "csiso88598i", "ISO-8859-8", KIND_SUPERSET },
	{ "csisolatin1", NULL, KIND_1252 },
	{ "csisolatin2", "ISO-8859-2", KIND_SUPERSET },
	{ "csisolatin3", "ISO-8859-3", KIND_SUPERSET },
	{ "csisolatin4", "ISO-8859-4", KIND_SUPERSET },
	{ "csisolatin5", "CP1254", KIND_SUPERSET },
	{ "csisolatin6", "ISO-8859-10", KIND_SUPERSET },
	{ "csisolatin9", "ISO-8859-15", KIND_SUPERSET },
	{ "csisolatinarabic", "ISO-8859-6", KIND_SUPERSET },
	{ "csisolatincyrillic", "ISO-8859-5", KIND_SUPERSET },
	{ "csisolatingreek", "ISO-8859-7", KIND_SUPERSET },
	{ "csisolatinhebrew", "ISO-8859-8", KIND_SUPERSET },
	{ "cskoi8r", "KOI8-R", KIND_SUPERSET },
	{ "csksc56011987", "CP949", KIND_SUPERSET },
	{ "csmacintosh", "MACINTOSH", KIND_SUPERSET },
	{ "csshiftjis", "CP932", KIND_SUPERSET },
	{ "csunicode", "UTF-16LE", KIND_ICONV },
	{ "csunicode11utf7", "UTF-7", KIND_ICONV },
	{ "csutf7", "UTF-7", KIND_ICONV },
	{ "cswindows31j", "CP932", KIND_SUPERSET },
	{ "cyrillic", "ISO-8859-5", KIND_SUPERSET },
	{ "dos874", "CP874", KIND_SUPERSET },
	{ "ecma114", "ISO-8859-6", KIND_SUPERSET },
	{ "ecma118", "ISO-8859-7", KIND_SUPERSET },
	{ "elot928", "ISO-8859-7", KIND_SUPERSET },
	{ "euccn", "GB18030", KIND_SUPERSET },
	{ "eucjp", "EUC-JP", KIND_SUPERSET },
	{ "euckr", "CP949", KIND_SUPERSET },
	{ "euctw", "EUC-TW", KIND_SUPERSET },
	{ "gb18030", "GB18030", KIND_SUPERSET },
	{ "gb2312", "GB18030", KIND_SUPERSET },
	{ "gb231280", "GB18030", KIND_SUPERSET },
	{ "gbk", "GB18030", KIND_SUPERSET },
	{ "greek", "ISO-8859-7", KIND_SUPERSET },
	{ "greek8", "ISO-8859-7", KIND_SUPERSET },
	{ "hebrew", "ISO-8859-8", KIND_SUPERSET },
	{ "hz", "GB18030", KIND_HZ },
	{ "hzgb2312", "GB18030", KIND_HZ },
	{ "ibm819", NULL, KIND_1252 },
	{ "ibm850", "CP850", KIND_SUPERSET },
	{ "ibm866", "CP866", KIND_SUPERSET },
	{ "iso10646ucs2", "UTF-16LE", KIND_ICONV },
	{ "iso10646ucs4", "UTF-32", KIND_ICONV },
	{ "iso2022cn", "ISO-2022-CN", KIND_ICONV },
	{ "iso2022cnext", "ISO-2022-CN", KIND_ICONV },
	{ "iso2022jp", "ISO-2022-JP-2", KIND_ICONV },
	{ "iso2022jp1", "ISO-2022-JP-2", KIND_ICONV },
	{ "iso2022jp2", "ISO-2022-JP-2", KIND_ICONV },
	{ "iso2022kr", "ISO-2022-KR", KIND_ICONV },
	{ "iso646us", NULL, KIND_1252 },
	{ "iso88591", NULL, KIND_1252 },
	{ "iso885910", "ISO-8859-10", KIND_SUPERSET },
	{ "iso885911", "CP874", KIND_SUPERSET },
	{ "iso885911987", NULL, KIND_1252 },
	{ "iso885913", "ISO-8859-13", KIND_SUPERSET },
	{ "iso885914", "ISO-8859-14", KIND_SUPERSET },
	{ "iso885915", "ISO-8859-15", KIND_SUPERSET },
	{ "iso885916", "ISO-8859-16", KIND_SUPERSET },
	{ "iso88592", "ISO-8859-2", KIND_SUPERSET },
	{ "iso885921987", "ISO-8859-2", KIND_SUPERSET },
	{ "iso88593", "ISO-8859-3", KIND_SUPERSET },
	{ "iso885931988", "ISO-8859-3", KIND_SUPERSET },
	{ "iso88594", "ISO-8859-4", KIND_SUPERSET },
	{ "iso885941988", "ISO-8859-4", KIND_SUPERSET },
	{ "iso88595", "ISO-8859-5", KIND_SUPERSET },
	{ "iso885951988", "ISO-8859-5", KIND_SUPERSET },
	{ "iso88596", "ISO-8859-6", KIND_SUPERSET },
	{ "iso885961987", "ISO-8859-6", KIND_SUPERSET },
	{ "iso88596e", "ISO-8859-6", KIND_SUPERSET },
	{ "iso88596i", "ISO-8859-6", KIND_SUPERSET },
	{ "iso88597", "ISO-8859-7", KIND_SUPERSET },
	{ "iso885971987", "ISO-8859-7", KIND_SUPERSET },
	{ "iso88598", "ISO-8859-8", KIND_SUPERSET },
	{ "iso885981988", "ISO-8859-8", KIND_SUPERSET },
	{ "iso88598e", "ISO-8859-8", KIND_SUPERSET },
	{ "iso88598i", "ISO-8859-8", KIND_SUPERSET },
	{ "iso88599", "CP1254", KIND_SUPERSET },
	{ "iso885991989", "CP1254", KIND_SUPERSET },
	{ "isoir100", NULL, KIND_1252 },
	{ "isoir101", "ISO-8859-2", KIND_SUPERSET },
	{ "isoir109", "ISO-8859-3", KIND_SUPERSET },
	{ "isoir110", "ISO-8859-4", KIND_SUPERSET },
	{ "isoir126", "ISO-8859-7", KIND_SUPERSET },
	{ "isoir127", "ISO-8859-6", KIND_SUPERSET },
	{ "isoir138", "ISO-8859-8", KIND_SUPERSET },
	{ "isoir144", "ISO-8859-5", KIND_SUPERSET },
	{ "isoir148", "CP1254", KIND_SUPERSET },
	{ "isoir149", "CP949", KIND_SUPERSET },
	{ "isoir157", "ISO-8859-10", KIND_SUPERSET },
	{ "isoir58", "GB18030", KIND_SUPERSET },
	{ "koi", "KOI8-R", KIND_SUPERSET },
	{ "koi8", "KOI8-R", KIND_SUPERSET },
	{ "koi8r", "KOI8-R", KIND_SUPERSET },
	{ "koi8ru", "KOI8-U", KIND_SUPERSET },
	{ "koi8u", "KOI8-U", KIND_SUPERSET },
	{ "korean", "CP949", KIND_SUPERSET },
	{ "ksc5601", "CP949", KIND_SUPERSET },
	{ "ksc56011987", "CP949", KIND_SUPERSET },
	{ "ksc56011989", "CP949", KIND_SUPERSET },
	{ "l1", NULL, KIND_1252 },
	{ "l10", "ISO-8859-16", KIND_SUPERSET },
	{ "l2", "ISO-8859-2", KIND_SUPERSET },
	{ "l3", "ISO-8859-3", KIND_SUPERSET },
	{ "l4", "ISO-8859-4", KIND_SUPERSET },
	{ "l5", "CP1254", KIND_SUPERSET },
	{ "l6", "ISO-8859-10", KIND_SUPERSET },
	{ "l9", "ISO-8859-15", KIND_SUPERSET },
	{ "latin1", NULL, KIND_1252 },
	{ "latin10", "ISO-8859-16", KIND_SUPERSET },
	{ "latin2", "ISO-8859-2", KIND_SUPERSET },
	{ "latin3", "ISO-8859-3", KIND_SUPERSET },
	{ "latin4", "ISO-8859-4", KIND_SUPERSET },
	{ "latin5", "CP1254", KIND_SUPERSET },
	{ "latin6", "ISO-8859-10", KIND_SUPERSET },
	{ "latin9", "ISO-8859-15", KIND_SUPERSET },
	{ "logical", "ISO-8859-8", KIND_SUPERSET },
	{ "mac", "MACINTOSH", KIND_SUPERSET },
	{ "maccyrillic", "MAC-CYRILLIC", KIND_SUPERSET },
	{ "macintosh", "MACINTOSH", KIND_SUPERSET },
	{ "macroman", "MACINTOSH", KIND_SUPERSET },
	{ "macukrainian", "MAC-CYRILLIC", KIND_SUPERSET },
	{ "ms932", "CP932", KIND_SUPERSET },
	{ "mskanji", "CP932", KIND_SUPERSET },
	{ "shiftjis", "CP932", KIND_SUPERSET },
	{ "sjis", "CP932", KIND_SUPERSET },
	{ "suneugreek", "ISO-8859-7", KIND_SUPERSET },
	{ "tis620", "CP874", KIND_SUPERSET },
	{ "ucs2", "UTF-16BE", KIND_ICONV },
	{ "ucs4", "UTF-32", KIND_ICONV },
	{ "uhc", "CP949", KIND_SUPERSET },
	{ "unicode", "UTF-16LE", KIND_ICONV },
	{ "unicode11utf7", "UTF-7", KIND_ICONV },
	{ "unicode11utf8", NULL, KIND_UTF8 },
	{ "unicode20utf8", NULL, KIND_UTF8 },
	{ "unicodefeff", "UTF-16LE", KIND_ICONV },
	{ "unicodefffe", "UTF-16BE", KIND_ICONV },
	{ "us", NULL, KIND_1252 },
	{ "usascii", NULL, KIND_1252 },
	{ "utf16", "UTF-16", KIND_ICONV },
	{ "utf16be", "UTF-16BE", KIND_ICONV },
	{ "utf16le", "UTF-16LE", KIND_ICONV },
	{ "utf32", "UTF-32", KIND_ICONV },
	{ "utf32be", "UTF-32BE", KIND_ICONV },
	{ "utf32le", "UTF-32LE", KIND_ICONV },
	{ "utf7", "UTF-7", KIND_ICONV },
	{ "utf8", NULL, KIND_UTF8 },
	{ "visual", "ISO-8859-8", KIND_SUPERSET },
	{ "windows1250", "CP1250", KIND_SUPERSET },
	{ "windows1251", "CP1251", KIND_SUPERSET },
	{ "windows1252", NULL, KIND_1252 },
	{ "windows1253", "CP1253", KIND_SUPERSET },
	{ "windows1254", "CP1254", KIND_SUPERSET },
	{ "windows1255", "CP1255", KIND_SUPERSET },
	{ "windows1256", "CP1256", KIND_SUPERSET },
	{ "windows1257", "CP1257", KIND_SUPERSET },
	{ "windows1258", "CP1258", KIND_SUPERSET },
	{ "windows31j", "CP932", KIND_SUPERSET },
	{ "windows874", "CP874", KIND_SUPERSET },
	{ "windows949", "CP949", KIND_SUPERSET },
	{ "xbig5", "BIG5-HKSCS", KIND_SUPERSET },
};

/* 0x80..0x9F of Windows-1252; the five holes stay C1 controls (WHATWG). */
static const uint16_t C1_1252[32] = {
	0x20AC, 0x81, 0x201A, 0x192, 0x201E, 0x2026, 0x2020, 0x2021,
	0x2C6, 0x2030, 0x160, 0x2039, 0x152, 0x8D, 0x17D, 0x8F,
	0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
	0x2DC, 0x2122, 0x161, 0x203A, 0x153, 0x9D, 0x17E, 0x178
};

const struct charset *charset_find(struct str label)
{
	char key[LABEL_MAX + 1];
	size_t n = 0, low = 0, high = sizeof CHARSETS / sizeof *CHARSETS;

	static const struct charset UNKNOWN = { "", NULL, KIND_1252 };

	label = str_trim(label);
	if (label.len == 0)
		return &UNKNOWN;
	if (label.len > 1 && ascii_lower(label.ptr[0]) == 'x' && label.ptr[1] == '-')
		label = str_slice(label, 2, label.len);
	for (size_t i = 0; i < label.len; i++) {
		char c = ascii_lower(label.ptr[i]);

		if (c == '-' || c == '_' || c == ' ' || c == '.' || c == ':')
			continue;
		if (n == LABEL_MAX || !c)
			return &UNKNOWN;
		key[n++] = c;
	}
	key[n] = '\0';
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(key, CHARSETS[middle].label);

		if (order == 0)
			return &CHARSETS[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return &UNKNOWN;
}

bool bytes_are_ascii(struct str bytes)
{
	return bytes.len == 0 || bytes_ascii(bytes.ptr, bytes.ptr + bytes.len);
}

unsigned utf8_encode(uint32_t code, char to[4])
{
	if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
		code = 0xFFFD;
	if (code < 0x80) {
		to[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		to[0] = (char)(0xC0 | code >> 6);
		to[1] = (char)(0x80 | (code & 63));
		return 2;
	}
	if (code < 0x10000) {
		to[0] = (char)(0xE0 | code >> 12);
		to[1] = (char)(0x80 | (code >> 6 & 63));
		to[2] = (char)(0x80 | (code & 63));
		return 3;
	}
	to[0] = (char)(0xF0 | code >> 18);
	to[1] = (char)(0x80 | (code >> 12 & 63));
	to[2] = (char)(0x80 | (code >> 6 & 63));
	to[3] = (char)(0x80 | (code & 63));
	return 4;
}

void utf8_add(struct buf *out, uint32_t code)
{
	char bytes[4];

	buf_add(out, bytes, utf8_encode(code, bytes));
}

/* Text that is marked Latin-1 and is valid UTF-8 with at least one sequence is UTF-8: mail
 * programs mislabel that way round, and chance does not make such bytes. */
static bool looks_like_utf8(struct str bytes, bool may_be_cut)
{
	const unsigned char *p = (const unsigned char *)bytes.ptr, *end = p + bytes.len;

	while (p < end) {
		unsigned more = *p < 0x80 ? 0 : *p >= 0xC2 && *p < 0xE0 ? 1 :
			*p >= 0xE0 && *p < 0xF0 ? 2 : *p >= 0xF0 && *p < 0xF5 ? 3 : 9;

		if (more == 9)
			return false;
		if ((size_t)(end - p) <= more)
			return may_be_cut;
		for (p++; more > 0; more--, p++)
			if ((*p & 0xC0) != 0x80)
				return false;
	}
	return true;
}

bool charset_is_wide(const struct charset *charset)
{
	return charset->name && (strncmp(charset->name, "UTF-16", 6) == 0 ||
		strncmp(charset->name, "UTF-32", 6) == 0);
}

bool charset_is_utf7(const struct charset *charset)
{
	return charset->name && strcmp(charset->name, "UTF-7") == 0;
}

bool charset_same(const struct charset *a, const struct charset *b)
{
	return a->name && b->name && strcmp(a->name, b->name) == 0;
}

bool charset_says_utf8(const struct charset *charset)
{
	return charset->kind == KIND_UTF8;
}

bool charset_hides_ascii(const struct charset *charset)
{
	return charset->kind >= KIND_ICONV;
}

bool charset_is_utf8(const struct charset *charset, struct str bytes, bool ascii)
{
	if (charset->kind == KIND_ICONV ||
		(charset->kind == KIND_HZ && str_find_byte(bytes, '~') != SIZE_MAX))
		return false;
	/* a part that was cut at a limit may end within a character */
	return ascii || (charset->kind <= KIND_1252 &&
		looks_like_utf8(bytes, charset->kind == KIND_UTF8));
}

static void add_1252(struct str bytes, struct buf *out)
{
	const char *p = bytes.ptr, *end = p + bytes.len;

	while (p < end && !out->failed) {
		const char *from = p;
		unsigned char c;

		p = bytes_ascii_end(p, end);
		buf_add(out, from, (size_t)(p - from));
		if (p == end)
			break;
		c = (unsigned char)*p++;
		utf8_add(out, c < 0xA0 ? C1_1252[c - 0x80] : c);
	}
}

/* Piece by piece: a checker that looks at all of what iconv is given would take the square of a
 * long broken text, since every broken byte is one call. */
static void add_iconv(iconv_t cd, struct str bytes, struct buf *out)
{
	char *in = (char *)(uintptr_t)bytes.ptr; /* iconv does not write there */
	size_t left = bytes.len;

	while (left > 0 && !out->failed) {
		char piece[1024], *to = piece;
		size_t room = sizeof piece, given = left < ICONV_GIVEN ? left : ICONV_GIVEN, rest = given;
		size_t status = iconv(cd, &in, &rest, &to, &room);
		size_t used = given - rest;
		bool more = given < left; /* what looks cut off may go on */

		left -= used;
		buf_add(out, piece, sizeof piece - room);
		if (status != (size_t)-1 || (errno == E2BIG && (used > 0 || room < sizeof piece))
			|| (errno == EINVAL && more && used > 0))
			continue;
		if (left > 0) {
			buf_add_byte(out, *in++);
			left--;
		}
	}
}

/* "~{" to "~}" are two-byte characters without their high bits; "~~" is '~', and a '~' at the end
 * of a line takes the line end away. */
static struct str hz_to_gb2312(struct str bytes, struct buf *out)
{
	bool two = false;

	for (size_t i = 0; i < bytes.len; i++) {
		char c = bytes.ptr[i], next = i + 1 < bytes.len ? bytes.ptr[i + 1] : 0;

		if (c == '~' && (next == '{' || next == '}' || next == '~' || next == '\n')) {
			two = next == '{' || (two && next != '}');
			if (next == '~')
				buf_add_byte(out, '~');
			i++;
		} else if (c == '\n') { /* text that forgets to end it */
			two = false;
			buf_add_byte(out, c);
		} else {
			buf_add_byte(out, two && c > ' ' ? (char)((unsigned char)c | 0x80) : c);
		}
	}
	return buf_str(out);
}

void charset_decode(const struct charset *charset, struct str bytes, struct buf *out)
{
	struct buf plain = { .arena = out->arena };
	iconv_t cd;

	if (charset->kind == KIND_1252 || charset->kind == KIND_UTF8) {
		add_1252(bytes, out);
		return;
	}
	if (charset->kind == KIND_HZ)
		bytes = hz_to_gb2312(bytes, &plain);
	out->failed = out->failed || plain.failed;
	cd = iconv_open("UTF-8", charset->name);
	if (cd == (iconv_t)-1 && errno == EINVAL) /* what is said of some spent memory, too */
		cd = iconv_open("UTF-8", charset->name);
	if (cd == (iconv_t)-1) {
		/* else the module is not installed */
		out->failed = out->failed || errno == ENOMEM;
		buf_add_str(out, bytes);
	} else {
		add_iconv(cd, bytes, out);
		iconv_close(cd);
	}
	if (!plain.arena)
		buf_free(&plain);
}

void charset_to_utf8(struct str label, struct str bytes, struct buf *out)
{
	const struct charset *charset = charset_find(label);

	if (charset_is_utf8(charset, bytes, bytes_are_ascii(bytes)))
		buf_add_str(out, bytes);
	else
		charset_decode(charset, bytes, out);
}
