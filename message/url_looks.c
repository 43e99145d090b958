/* message/url_looks: see url_looks.h. */
#include "message/url_looks.h"

#include <stdlib.h>

uint32_t utf8_next(struct str text, size_t *at)
{
	static const uint32_t LEAST[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char c = (unsigned char)text.ptr[(*at)++];
	size_t len = c < 0x80 ? 1 : c < 0xC2 ? 0 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : c < 0xF5 ? 4 : 0;
	uint32_t code = len == 1 ? c : len > 0 ? c & (0xFFu >> (len + 1)) : UINT32_MAX;

	if (len < 2)
		return code;
	if (text.len - *at < len - 1)
		return UINT32_MAX;
	for (size_t i = 0; i + 1 < len; i++) {
		unsigned char next = (unsigned char)text.ptr[*at + i];

		if ((next & 0xC0) != 0x80)
			return UINT32_MAX;
		code = code << 6 | (next & 0x3F);
	}
	if (code < LEAST[len] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
		return UINT32_MAX;
	*at += len - 1;
	return code;
}

struct range {
	uint32_t first, last;
};

static bool in_ranges(uint32_t code, const struct range *ranges, size_t n)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (code > ranges[mid].last)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && code >= ranges[low].first;
}

bool url_code_invisible(uint32_t code, uint32_t before)
{
	static const struct range RANGES[] = {
		{ 0xAD, 0xAD }, { 0x34F, 0x34F }, { 0x61C, 0x61C }, { 0x115F, 0x1160 },
		{ 0x17B4, 0x17B5 }, { 0x180B, 0x180F }, { 0x200B, 0x200F }, { 0x2028, 0x202E },
		{ 0x2060, 0x206F }, { 0x2800, 0x2800 }, { 0x3164, 0x3164 }, { 0xFE00, 0xFE0F },
		{ 0xFEFF, 0xFEFF }, { 0xFFA0, 0xFFA0 }, { 0xFFF0, 0xFFFB }, { 0x1BCA0, 0x1BCA3 },
		{ 0x1D173, 0x1D17A }, { 0xE0000, 0xE0FFF }
	};

	if (code < 0xAD || !in_ranges(code, RANGES, sizeof RANGES / sizeof *RANGES))
		return false;
	if (code == 0x200C || code == 0x200D)
		return before < 0x600;
	return code != 0xFE0F || before < 0x2000;
}

bool url_code_compatible(uint32_t code)
{
	static const struct range RANGES[] = {
		{ 0xAA, 0xAA }, { 0xB2, 0xB3 }, { 0xB9, 0xBA }, { 0xBC, 0xBE }, { 0x132, 0x133 },
		{ 0x13F, 0x140 }, { 0x149, 0x149 }, { 0x17F, 0x17F }, { 0x1C7, 0x1CC },
		{ 0x1F1, 0x1F3 }, { 0x2B0, 0x2B0 }, { 0x2B2, 0x2B3 }, { 0x2B7, 0x2B8 },
		{ 0x2E1, 0x2E3 }, { 0x1D2C, 0x1D6A }, { 0x2024, 0x2026 }, { 0x2070, 0x209C },
		{ 0x2100, 0x2149 }, { 0x2150, 0x217F }, { 0x2460, 0x24EA }, { 0x2C7C, 0x2C7D },
		{ 0x3002, 0x3002 }, { 0x3250, 0x325F }, { 0x32B1, 0x32BF }, { 0x32CC, 0x32CF },
		{ 0x3371, 0x337A }, { 0x3380, 0x33DF }, { 0xFB00, 0xFB06 }, { 0xFE50, 0xFE6B },
		{ 0xFF01, 0xFF5E }, { 0xFF61, 0xFF61 }, { 0x1D400, 0x1D6A5 }, { 0x1D7CE, 0x1D7FF },
		{ 0x1F100, 0x1F16C }, { 0x1F190, 0x1F190 }, { 0x1FBF0, 0x1FBF9 }
	};

	return code >= 0xAA && in_ranges(code, RANGES, sizeof RANGES / sizeof *RANGES);
}

/* ---- lookalikes ---- */

enum script { LATIN = 1, CYRILLIC = 2, GREEK = 4, ARMENIAN = 8, CHEROKEE = 16, SMALL = 32,
	OTHER = 64 };
/* CLEAR: one takes it for the Latin letter anywhere. NEAR: only beside Latin letters. */
enum likeness { CLEAR = 1, NEAR = 2 };

struct lookalike {
	uint16_t code;
	uint8_t likeness;
};

/* In order of their codes. Lower case, as hosts are after UTS 46 (Cherokee: upper). */
static const struct lookalike LOOKALIKES[] = {
	/* Latin letters that no language's names have: phonetic alphabet, tone, reversed */
	{ 0x185, CLEAR }, { 0x1BD, CLEAR }, { 0x237, CLEAR }, { 0x251, CLEAR }, { 0x261, CLEAR },
	{ 0x262, CLEAR }, { 0x269, CLEAR }, { 0x26A, CLEAR }, { 0x26F, NEAR }, { 0x274, CLEAR },
	{ 0x280, CLEAR }, { 0x28B, CLEAR }, { 0x28F, CLEAR }, { 0x299, CLEAR }, { 0x29C, CLEAR },
	{ 0x29F, CLEAR },
	/* Greek: alpha gamma eta iota kappa nu omicron rho sigma tau upsilon chi omega, yot */
	{ 0x3B1, CLEAR }, { 0x3B3, NEAR }, { 0x3B5, NEAR }, { 0x3B7, NEAR }, { 0x3B9, CLEAR },
	{ 0x3BA, CLEAR }, { 0x3BC, NEAR }, { 0x3BD, CLEAR }, { 0x3BF, CLEAR }, { 0x3C1, CLEAR },
	{ 0x3C3, NEAR }, { 0x3C4, NEAR }, { 0x3C5, CLEAR }, { 0x3C7, NEAR }, { 0x3C9, NEAR },
	{ 0x3CC, NEAR }, { 0x3F2, CLEAR }, { 0x3F3, CLEAR },
	/* Cyrillic: a ve ghe ie ze ka em en o pe er es te u ha soft-sign */
	{ 0x430, CLEAR }, { 0x432, NEAR }, { 0x433, NEAR }, { 0x435, CLEAR }, { 0x437, NEAR },
	{ 0x43A, NEAR }, { 0x43C, NEAR }, { 0x43D, NEAR }, { 0x43E, CLEAR }, { 0x43F, NEAR },
	{ 0x440, CLEAR }, { 0x441, CLEAR }, { 0x442, NEAR }, { 0x443, CLEAR }, { 0x445, CLEAR },
	{ 0x44C, NEAR }, { 0x450, NEAR }, { 0x451, NEAR },
	/* dze, i, yi, je; omega, izhitsa; shha, che of Abkhaz, palochka, komi de, qa, we */
	{ 0x455, CLEAR }, { 0x456, CLEAR }, { 0x457, NEAR }, { 0x458, CLEAR }, { 0x461, CLEAR },
	{ 0x475, CLEAR }, { 0x4AF, CLEAR }, { 0x4BB, CLEAR }, { 0x4BD, CLEAR }, { 0x4CF, CLEAR },
	{ 0x501, CLEAR }, { 0x51B, CLEAR }, { 0x51D, CLEAR },
	/* Armenian: za ho liwn vo seh tso yiwn ke o */
	{ 0x566, CLEAR }, { 0x570, CLEAR }, { 0x56C, NEAR }, { 0x575, NEAR }, { 0x578, CLEAR },
	{ 0x57D, CLEAR }, { 0x581, CLEAR }, { 0x582, NEAR }, { 0x584, NEAR }, { 0x585, CLEAR },
	/* digits and rings of other scripts, beside Latin letters an o */
	{ 0x660, NEAR }, { 0x665, NEAR }, { 0x6F0, NEAR }, { 0x966, NEAR }, { 0x9E6, NEAR },
	{ 0xA66, NEAR }, { 0xAE6, NEAR }, { 0xB66, NEAR }, { 0xC66, NEAR }, { 0xCE6, NEAR },
	{ 0xD20, NEAR }, { 0xD66, NEAR }, { 0xE50, NEAR }, { 0xED0, NEAR }, { 0x101D, NEAR },
	{ 0x1040, NEAR }, { 0x10FF, NEAR },
	/* Cherokee: d r t i y a j e w m h g z b(si) s v s l c p k d g b */
	{ 0x13A0, CLEAR }, { 0x13A1, CLEAR }, { 0x13A2, CLEAR }, { 0x13A5, CLEAR },
	{ 0x13A9, CLEAR }, { 0x13AA, CLEAR }, { 0x13AB, CLEAR }, { 0x13AC, CLEAR },
	{ 0x13B3, CLEAR }, { 0x13B7, CLEAR }, { 0x13BB, CLEAR }, { 0x13C0, CLEAR },
	{ 0x13C2, CLEAR }, { 0x13C3, CLEAR }, { 0x13CF, CLEAR }, { 0x13D2, CLEAR },
	{ 0x13D4, CLEAR }, { 0x13D5, CLEAR }, { 0x13D9, CLEAR }, { 0x13DA, CLEAR },
	{ 0x13DE, CLEAR }, { 0x13DF, CLEAR }, { 0x13E2, CLEAR }, { 0x13E6, CLEAR },
	{ 0x13E7, CLEAR }, { 0x13F3, CLEAR }, { 0x13F4, CLEAR },
	/* small capitals */
	{ 0x1D00, CLEAR }, { 0x1D04, CLEAR }, { 0x1D05, CLEAR }, { 0x1D07, CLEAR },
	{ 0x1D0A, CLEAR }, { 0x1D0B, CLEAR }, { 0x1D0D, CLEAR }, { 0x1D0F, CLEAR },
	{ 0x1D11, CLEAR }, { 0x1D18, CLEAR }, { 0x1D1B, CLEAR }, { 0x1D1C, CLEAR },
	{ 0x1D20, CLEAR }, { 0x1D21, CLEAR }, { 0x1D22, CLEAR },
	/* Coptic; Tifinagh; Lisu, whose letters are turned Latin capitals */
	{ 0x2C81, CLEAR }, { 0x2C93, CLEAR }, { 0x2C95, CLEAR }, { 0x2C9F, CLEAR },
	{ 0x2CA3, CLEAR }, { 0x2CA5, CLEAR }, { 0x2CA9, CLEAR }, { 0x2CAD, CLEAR },
	{ 0x2D4F, NEAR }, { 0x2D54, NEAR }, { 0xA4D0, CLEAR }, { 0xA4D1, CLEAR },
	{ 0xA4D2, CLEAR }, { 0xA4D3, CLEAR }, { 0xA4D4, CLEAR }, { 0xA4D6, CLEAR },
	{ 0xA4D7, CLEAR }, { 0xA4D9, CLEAR }, { 0xA4DA, CLEAR }, { 0xA4DC, CLEAR },
	{ 0xA4DD, CLEAR }, { 0xA4DF, CLEAR }, { 0xA4E0, CLEAR }, { 0xA4E1, CLEAR },
	{ 0xA4E2, CLEAR }, { 0xA4E3, CLEAR }, { 0xA4E4, CLEAR }, { 0xA4E6, CLEAR },
	{ 0xA4E7, CLEAR }, { 0xA4EA, CLEAR }, { 0xA4EB, CLEAR }, { 0xA4EC, CLEAR },
	{ 0xA4ED, CLEAR }, { 0xA4EE, CLEAR }, { 0xA4F0, CLEAR }, { 0xA4F2, CLEAR },
	{ 0xA4F3, CLEAR }, { 0xA730, CLEAR }, { 0xA731, CLEAR }, { 0xA76F, NEAR },
	{ 0xAB35, CLEAR }
};

static int compare_code(const void *key, const void *item)
{
	uint32_t code = *(const uint32_t *)key, other = ((const struct lookalike *)item)->code;

	return code < other ? -1 : code > other;
}

static unsigned likeness_of(uint32_t code)
{
	const struct lookalike *found = bsearch(&code, LOOKALIKES,
		sizeof LOOKALIKES / sizeof *LOOKALIKES, sizeof *LOOKALIKES, compare_code);

	return found ? found->likeness : 0;
}

static enum script script_of(uint32_t code)
{
	static const struct { uint32_t first, last; enum script script; } SCRIPTS[] = {
		{ 'a', 'z', LATIN }, { 0xDF, 0x250, LATIN }, { 0x1E00, 0x1EFF, LATIN },
		{ 0x400, 0x52F, CYRILLIC }, { 0x370, 0x3FF, GREEK }, { 0x1F00, 0x1FFF, GREEK },
		{ 0x530, 0x58F, ARMENIAN }, { 0x13A0, 0x13F5, CHEROKEE }, { 0x251, 0x2AF, SMALL },
		{ 0x1D00, 0x1D22, SMALL }
	};

	for (size_t i = 0; i < sizeof SCRIPTS / sizeof *SCRIPTS; i++)
		if (code >= SCRIPTS[i].first && code <= SCRIPTS[i].last)
			return SCRIPTS[i].script;
	return OTHER;
}

/* The script in which names of a top-level domain are written. */
static unsigned script_of_top(struct str top)
{
	static const struct { struct str top; enum script script; } COUNTRIES[] = {
		{ { "am", 2 }, ARMENIAN }, { { "bg", 2 }, CYRILLIC }, { { "by", 2 }, CYRILLIC },
		{ { "cy", 2 }, GREEK }, { { "gr", 2 }, GREEK }, { { "kg", 2 }, CYRILLIC },
		{ { "kz", 2 }, CYRILLIC }, { { "mk", 2 }, CYRILLIC }, { { "mn", 2 }, CYRILLIC },
		{ { "rs", 2 }, CYRILLIC }, { { "ru", 2 }, CYRILLIC }, { { "su", 2 }, CYRILLIC },
		{ { "ua", 2 }, CYRILLIC }
	};
	uint32_t codes[64];

	if (str_starts_nocase(top, STR("xn--"))) {
		top = str_slice(top, 4, top.len);
		return punycode_decode(top, codes, sizeof codes / sizeof *codes) > 0 ?
			(unsigned)script_of(codes[0]) : 0;
	}
	for (size_t i = 0; i < sizeof COUNTRIES / sizeof *COUNTRIES; i++)
		if (str_equal(top, COUNTRIES[i].top))
			return COUNTRIES[i].script;
	return 0;
}

/* What a label's letters, or a word's, are. */
struct letters {
	unsigned latin, clear, near, others;
	unsigned scripts; /* of the lookalikes */
};

static void count_letter(struct letters *letters, uint32_t code)
{
	unsigned likeness = likeness_of(code);
	enum script script = script_of(code);

	letters->clear += likeness == CLEAR;
	letters->near += likeness == NEAR;
	if (likeness)
		letters->scripts |= script == LATIN ? SMALL : script;
	else if (script == LATIN)
		letters->latin++;
	else if (!(code < 0x80)) /* a digit */
		letters->others++;
}

/* Latin letters, lookalikes, and no other letter that would tell. Some letters that are near only
 * could be one's own way to write: at least one must be clear. */
static bool mixes(const struct letters *word)
{
	return word->latin > 0 && word->others == 0 && (word->clear > 0 ||
		(word->near > 0 && (word->scripts & OTHER)));
}

static bool label_confusable(struct str label, struct str top)
{
	uint32_t codes[64];
	size_t n = punycode_decode(label, codes, sizeof codes / sizeof *codes);
	struct letters all = {0}, word = {0};

	for (size_t i = 0; i <= n; i++) {
		if (i < n && codes[i] != '-') {
			count_letter(&all, codes[i]);
			count_letter(&word, codes[i]);
			continue;
		}
		if (mixes(&word))
			return true;
		word = (struct letters){0};
	}
	if (all.latin > 0 || all.near > 0 || all.others > 0 || all.clear < 2)
		return false;
	return (all.scripts & ~script_of_top(top)) != 0;
}

bool url_host_confusable(struct str host)
{
	size_t at = str_find(host, STR("xn--")), top;

	if (at == SIZE_MAX)
		return false;
	while (host.ptr[host.len - 1] == '.') /* there is a label before it */
		host.len--;
	for (top = host.len; top > 0 && host.ptr[top - 1] != '.';)
		top--;
	while (at != SIZE_MAX && at < host.len) {
		struct str rest = str_slice(host, at, host.len);
		size_t dot = str_find_byte(rest, '.'), next;

		if ((at == 0 || host.ptr[at - 1] == '.') &&
			label_confusable(str_slice(rest, 4, dot), str_slice(host, top, host.len)))
			return true;
		next = str_find(str_slice(rest, 4, rest.len), STR("xn--"));
		at = next == SIZE_MAX ? SIZE_MAX : at + 4 + next;
	}
	return false;
}
