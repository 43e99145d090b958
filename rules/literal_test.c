/* What a regex cannot match without: by hand, and held against PCRE2 on made-up regexes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/literal.h"
#include "rules/literal_testing.h"
#include "rules/pattern.h"
#include "test-harness/t.h"

/* The words, "|" between them; a set of several bytes as "<abc>", or "<n>" of n if many. */
static void show_set(const struct byte_set *set, struct buf *out)
{
	unsigned n = 0;
	struct buf members = { .arena = out->arena };
	for (unsigned byte = 0; byte < 256; byte++) {
		bool upper = byte >= 'A' && byte <= 'Z';
		if (!byte_set_has(set, (unsigned char)byte) || upper)
			continue;
		n++;
		if (byte > 32 && byte < 127)
			buf_add_byte(&members, (char)byte);
		else
			buf_addf(&members, "%02x", byte);
	}
	if (n == 1 || (n <= 4 && n > 0))
		buf_addf(out, n == 1 ? "%s" : "<%s>", buf_cstr(&members));
	else
		buf_addf(out, "<%u>", n);
}

static const char *words_of(const char *regex, const char *modifiers, struct arena *arena)
{
	struct literals literals;
	struct buf out = { .arena = arena };
	t_need(literal_read(str_from(regex), str_from(modifiers), arena, &literals) == 0);
	for (size_t i = 0; i < literals.n; i++) {
		if (i)
			buf_add_byte(&out, '|');
		for (size_t k = 0; k < literals.words[i].n; k++)
			show_set(&literals.sets[literals.words[i].at[k]], &out);
	}
	return buf_cstr(&out);
}

/* words NULL: none */
struct literal_case {
	const char *regex, *modifiers, *words;
};

static void check_cases(const struct literal_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct arena *arena = arena_create(64 * 1024 * 1024);
		struct pattern_error error;
		struct pattern *pattern = pattern_compile(str_from(cases[i].regex),
			str_from(cases[i].modifiers), false, &error);
		t_need(arena);
		bool good = t_true(pattern != NULL) && t_str(words_of(cases[i].regex,
			cases[i].modifiers, arena), cases[i].words ? cases[i].words : "");
		if (!good)
			printf("# of /%s/%s\n", cases[i].regex, cases[i].modifiers);
		pattern_free(&pattern);
		arena_free(&arena);
	}
}

static const struct literal_case plain_cases[] = {
	{ "viagra", "", "viagra" }, { "VIAGRA", "", "viagra" }, { "ViaGra", "i", "viagra" },
	{ "^viagra$", "m", "viagra" }, { "\\bviagra\\b", "", "viagra" },
	{ "viagra|cialis", "", "viagra|cialis" }, { "(?:viagra|cialis)", "", "viagra|cialis" },
	{ "(viagra|cialis) now", "", "viagra20now|cialis20now" },
	{ "[vw]iagra", "", "<vw>iagra" }, { "v[i1]agra", "", "v<1i>agra" },
	{ "viag?ra", "", "viara|viagra" }, { "viag*ra", "", "via" }, { "xviag+ra", "", "xviag" },
	{ "via(?:gra)?x", "", "viax|viagrax" }, { "(?:viagra)?", "", NULL },
	{ "(?:viagra)*", "", NULL },
	{ "(?:viagra)+", "", "viagra" }, { "(?:viagra){2}", "", "viagraviagra" },
	{ "(?:viagra){0}qz", "", "qz" }, { "(?:viagra){0,3}", "", NULL }, { "qz{3}", "", "qzzz" },
	{ "q{9}", "", "qqqq" }, { "qz{2,}", "", "qzz" }, { "qz{0,1}x", "", "qx|qzx" },
	{ "qz{,2}", "", NULL }, { "q{ 1}", "", NULL }, { "qz{2x", "", "qz{2x" }, { "qz{}", "", "qz{}" },
	{ "qzx{1,2}?j", "", "qzxj|qzxxj" }, { "qzx++j", "", "qzx" },
	{ "buy.{0,80}viagra", "", "viagra" }, { "viagra.*zx", "", "viagra" },
	{ "q.z", "", "q<230>z" }, { ".qz.", "", "qz" }, { "\\Dqz\\s", "", "qz<6>" },
	{ "q\\dz", "", "q<10>z" }, { "\\d\\d\\d\\d", "", NULL }, { "\\w+", "", NULL },
	{ ".*", "", NULL },
	{ "", "", NULL }, { "q|", "", NULL }, { "|q", "", NULL }, { "(q|)", "", NULL },
	{ "e", "", NULL }, { "the", "", NULL }, { "https?://", "", NULL }, { "qz|e", "", NULL },
	{ "https?://pillsqz", "", "http://pillsqz|https://pillsqz" },
	{ "abcdefghijklmnopqrstuvwxyz", "", "klmnopqrstuvwxyz" }, { "q", "", NULL },
};

static const struct literal_case syntax_cases[] = {
	{ "q\\.z\\/x\\#", "", "q.z/x#" }, { "\\x71\\x{7a}", "", "qz" }, { "q\\tz\\nx", "", "q09z0ax" },
	{ "q\\0z", "", "q00z" }, { "q\\-\\_z", "", "q-_z" }, { "\\xe9\\xc9", "i", "e9c9" },
	{ "(q)zx\\1", "", "qzx" }, { "(qz)\\1", "", "qz" }, { "(?<n>qz)\\k<n>", "", NULL },
	{ "qz\\Qx.\\E", "", NULL }, { "qz\\p{L}", "", NULL }, { "qz\\Kx", "", NULL },
	{ "qz\\N", "", NULL },
	{ "qz\\Rx", "", "qz" }, { "qzx\\X", "", "qzx" }, { "q\\Cz", "", "q<230>z" },
	{ "qz\\cA", "", NULL }, { "qz\\o{101}", "", NULL }, { "qz\\012", "", NULL },
	{ "qz\\g1(x)", "", NULL },
	{ "(?=viagra)qz", "", "qz" }, { "(?!viagra)qz", "", "qz" }, { "(?<=viagra)qz", "", "qz" },
	{ "(?<!viagra)qz", "", "qz" }, { "q(?!x)z", "", "qz" }, { "(?!viagra)", "", NULL },
	{ "(?=viagra)", "", NULL }, { "(?>viagra|q)z", "", "viagraz|qz" },
	{ "(?|vqz|zqv)", "", "vqz|zqv" }, { "(?<a>vqz)", "", "vqz" }, { "(?P<a>vqz)", "", "vqz" },
	{ "(?'a'vqz)", "", "vqz" }, { "(?#viagra)qz", "", "qz" }, { "qz(?#a)*x", "", NULL },
	{ "qz(?#a)+x", "", "qz" },
	{ "(?i)qz", "", "qz" }, { "(?i:qz)x", "", "qzx" }, { "(?^:qz)", "", "qz" },
	{ "(?s-i)qz", "", "qz" }, { "(?x) q z", "", NULL }, { "(?-x:q z)", "x", NULL },
	{ "(?xx)q[z ]z", "", NULL }, { "(qz)(?(1)x|viagra)", "", NULL }, { "qz(?R)?", "", NULL },
	{ "(qz)(?1)", "", NULL }, { "(?<n>qz)(?&n)", "", NULL }, { "(?P<n>qz)(?P>n)", "", NULL },
	{ "(?P<n>qz)(?P=n)", "", NULL }, { "(*COMMIT)qz", "", NULL }, { "qz(*ACCEPT)viagra", "", NULL },
	{ "qz|x(*FAIL)", "", NULL }, { "(*atomic:qz)", "", NULL }, { "qz(?C1)", "", NULL },
	{ "q z # viagra", "x", "qz" }, { "q \\  z", "x", "q20z" }, { "q[ ]z", "x", "q20z" },
	{ "q z\t+ x", "x", "qz" }, { "qz #c\nx", "x", "qzx" }, { "q[z ]z", "xx", NULL },
	{ "q\xe9z", "x", NULL }, { "q\xe9z", "", "qe9z" }, { "q\\xa0 z", "x", "qa0z" },
};

static const struct literal_case class_cases[] = {
	{ "q[z]x", "", "qzx" }, { "q[zZ]x", "", "qzx" }, { "q[zxj]", "", "q<jxz>" },
	{ "q[]z]x", "", "q<]z>x" }, { "q[^z]x", "", "q<230>x" }, { "q[^]z]x", "", "q<229>x" },
	{ "q[a-c]z", "", "q<abc>z" }, { "q[a\\-c]z", "", "q<-ac>z" }, { "q[-z]x", "", "q<-z>x" },
	{ "q[z-]x", "", "q<-z>x" }, { "q[\\x61-\\x63]z", "", "q<abc>z" }, { "q[\\d]z", "", "q<10>z" },
	{ "q[\\w-]z", "", "q<38>z" }, { "q[[:alpha:]]z", "", "q<230>z" },
	{ "q[[:^alpha:]x]z", "", "q<230>z" }, { "q[[z]x", "", "q<[z>x" }, { "q[[:z]x", "", NULL },
	{ "q[[:<:]]z", "", NULL }, { "q[\\b]z", "", "q08z" }, { "q[\\]z]x", "", "q<]z>x" },
	{ "q[\\Qz\\E]x", "", NULL }, { "q[^\\W]z", "", "q<37>z" }, { "q[\\n\\t]z", "", "q<090a>z" },
	{ "q[z]{2}x", "", "qzzx" }, { "q[\\\\z]x", "", "q<\\z>x" }, { "q[(|)]z", "", "q<()|>z" },
	{ "q[\\101]z", "", NULL }, { "q[.]z", "", "q.z" }, { "q[*-,]z", "", "q<*+,>z" },
	{ "q[#]z", "x", "q#z" }, { "q[\\xe9-\\xea]z", "i", "q<e9ea>z" },
};

static const struct literal_case choice_cases[] = {
	{ "(?:buy|order) (?:viagra|cialis) now", "", "buy20viagra20now|buy20cialis20now|"
		"order20viagra20now|order20cialis20now" },
	{ "\\b(?:free|buy).{1,20}(?:viagra|cialis)", "", "viagra|cialis" },
	{ "(?:viagra|c.*x)zj", "", "viagrazj|xzj" }, { "(?:viagra.*x|cialis.*z)", "", "viagra|cialis" },
	{ "(?:viagra.*x|.*)", "", NULL }, { "(?:viagra.*)?cialis", "", "cialis" },
	{ "(?:viagra.*)+", "", "viagra" }, { "(?:viagra|cialis)+qz", "", "viagraqz|cialisqz" },
	{ "^\\[ ip=\\S+ rdns=\\S", "", NULL }, { "\\S+\\.qz\\S", "", ".qz" },
};

T_TEST(reads_plain_text)
{
	check_cases(plain_cases, sizeof plain_cases / sizeof *plain_cases);
}

T_TEST(reads_the_syntax)
{
	check_cases(syntax_cases, sizeof syntax_cases / sizeof *syntax_cases);
}

T_TEST(reads_classes)
{
	check_cases(class_cases, sizeof class_cases / sizeof *class_cases);
}

T_TEST(chooses_the_rarest)
{
	check_cases(choice_cases, sizeof choice_cases / sizeof *choice_cases);
}

#define FORMS_OF_A "(?:[aA@\\xe0]|\\xc3[\\xa0-\\xa5]|\\xce[\\x91\\xb1]|[\\xd0][\\x90\\xb0]|\\xd3\\x90|" \
	"&#(?:224|1072|x430);|\\xe1\\xb8[\\x80\\x81]|\\xe2\\x80\\xa5|\\xf0\\x9d\\x90[\\x80-\\x82])"
#define FORMS_OF_N "(?:n|\\xf1|\\|\\/\\||\\xc3\\xb1|\\xc5[\\x83-\\x8b]|\\xce\\x9d|\\xd0\\x98|\\xd5[\\x88\\x8c]|" \
	"&\\#241;|\\xe1\\xb9[\\x84-\\x8b])"

/* Many forms of a letter: those in UTF-8 and references are told apart from the words. */
T_TEST(sheds_what_is_odd)
{
	static const struct {
		struct str text;
		bool odd;
	} texts[] = {
		{ { "nana", 4 }, false }, { { "n\xc3\xa0na", 5 }, true }, { { "n&#224;na", 9 }, true },
		{ { "n\xc5\x83", 3 }, true }, { { "n\xe2\x80\xa5", 4 }, true },
		{ { "n\xe2\x82\xac", 4 }, false }, { { "\xc4\x80", 2 }, false }, { { "\xc3", 1 }, false },
		{ { "abcdefg\xc3\xa0", 9 }, true }, { { "abcdef&#x61;", 12 }, true }, { { "&", 1 }, false },
		{ { "a & b #", 7 }, false }, { { "", 0 }, false },
	};
	struct arena *arena = arena_create(64 * 1024 * 1024);
	static const char regex[] = FORMS_OF_N FORMS_OF_A FORMS_OF_N FORMS_OF_A FORMS_OF_N FORMS_OF_A;
	struct literals literals;
	t_need(arena && literal_read(STR(regex), STR(""), arena, &literals) == 0);
	t_true(literals.n > 0 && literals.n <= 8);
	t_true(literals.odd != 0);
	t_true(literal_any_in(&literals, STR("a nanana")));
	t_true(literal_any_in(&literals, STR("NANAn@")));
	t_true(!literal_any_in(&literals, STR("ananas")));
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		t_int(odd_in_text(texts[i].text, literals.odd) != 0, texts[i].odd);
	/* a word that is rare by itself needs no odd ones beside it */
	t_need(literal_read(STR(FORMS_OF_N FORMS_OF_A "viagra"), STR(""), arena, &literals) == 0);
	t_true(literals.n > 0 && literals.odd == 0);
	arena_free(&arena);
}

/* Words that are common, but not so many of them: how many a match has is counted. */
T_TEST(counts_repeated_words)
{
	static const struct {
		const char *regex;
		unsigned times;
	} cases[] = {
		{ "(?:the|and)", 0 }, { "(?:(?:the|and).*){2}", 0 }, { "(?:(?:the|and).*){5}", 5 },
		{ "(?:(?:the|and).*){3,9}", 3 }, { ".(?:(?:the|and).*){4}[ei]", 4 },
		{ "(?:(?:the|and).*){5}|(?:for.*){3}", 3 }, { "(?:(?:the|and).*){5}|for", 0 },
		{ "(?:(?:the.*){3}and.*)?(?:for.*){3}", 3 }, { "(?:(?:the|and).*){5}viagra", 1 },
	};
	struct arena *arena = arena_create(64 * 1024 * 1024);
	t_need(arena);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct literals literals;
		t_need(literal_read(str_from(cases[i].regex), STR(""), arena, &literals) == 0);
		if (!t_int(literals.n ? literals.times : 0, cases[i].times))
			printf("# of /%s/\n", cases[i].regex);
	}
	arena_free(&arena);
}

T_TEST(reads_deep_groups)
{
	struct buf text = { .limit = 100000 };
	struct arena *arena = arena_create(64 * 1024 * 1024);
	struct literals literals;
	for (int deep = 0; deep < 2; deep++) {
		int n = deep ? LITERAL_DEPTH_MAX + 1 : LITERAL_DEPTH_MAX;
		text.len = 0;
		for (int i = 0; i < n; i++)
			buf_add_byte(&text, '(');
		buf_add_cstr(&text, "qz");
		for (int i = 0; i < n; i++)
			buf_add_byte(&text, ')');
		t_int(literal_read(buf_str(&text), STR(""), arena, &literals), 0);
		t_int(literals.n, deep ? 0 : 1);
	}
	buf_free(&text);
	arena_free(&arena);
}

T_TEST(says_when_memory_is_spent)
{
	struct literals literals;
	for (size_t limit = 4096; limit < 400 * 1024; limit += 4096) {
		struct arena *arena = arena_create(limit);
		t_need(arena);
		int status = literal_read(STR("(?:a|b)[cd]{3}(?:viagra|cialis)+"), STR(""), arena,
			&literals);
		t_true(status == -1 || literals.n == 2);
		t_true(status == 0 || limit < 300 * 1024);
		arena_free(&arena);
	}
}

/* What the case rules here rest on. */
T_TEST(pcre2_folds_ascii_letters_only)
{
	struct matcher *matcher = matcher_create(NULL);
	size_t start, end;
	int wrong = 0;
	t_need(matcher);
	for (unsigned a = 0; a < 256; a++) {
		char text[8];
		struct pattern_error error;
		snprintf(text, sizeof text, "\\x%02x", a);
		struct pattern *pattern = pattern_compile(str_from(text), STR("i"), false, &error);
		t_need(pattern);
		for (unsigned b = 0; b < 256; b++) {
			char byte = (char)b;
			bool same = ascii_lower((char)a) == ascii_lower((char)b);
			enum pattern_result result = pattern_match(pattern, matcher, str_make(&byte, 1), 0,
				&start, &end);
			wrong += result != (same ? PATTERN_YES : PATTERN_NO);
		}
		pattern_free(&pattern);
	}
	t_int(wrong, 0);
	matcher_free(&matcher);
}

/* A regex at random, and a text that it might match. */
struct maker {
	uint64_t random;
	struct buf regex, text;
	unsigned groups, depth;
	bool extended;
};

static unsigned pick(struct maker *maker, unsigned n)
{
	maker->random = maker->random * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)((maker->random >> 33) % n);
}

static void make_alternatives(struct maker *maker, bool counts);

/* An item of fixed text, with bytes of which it may match one. */
static const struct simple {
	const char *regex, *text;
} simples[] = {
	{ "q", "q" }, { "z", "z" }, { "Q", "Q" }, { "x", "x" }, { "zx", "zx" }, { "\\d", "7" },
	{ "\\w", "j" }, { "\\W", "%" }, { "\\s", " " }, { "\\S", "z" }, { ".", "q" }, { "\\.", "." },
	{ "\\x71", "q" }, { "\\x{e9}", "\xe9" }, { "[zj]", "j" }, { "[^z]", "q" }, { "[q-z]", "w" },
	{ "[^q-w]", "z" }, { "[]z]", "]" }, { "[^]z]", "q" }, { "[\\d-]", "-" }, { "[[:alpha:]]", "q" },
	{ "[[:^alpha:]]", "%" }, { "[\\W_]", "_" }, { "[\\x71-\\x7a]", "z" }, { "\\Qz.\\E", "z." },
	{ "\\b", "" }, { "\\B", "" }, { "^", "" }, { "$", "" }, { "\\A", "" }, { "\\t", "\t" },
	{ "\\D", "z" }, { "\\R", "\r\n" }, { "(?#qz)", "" }, { "(?i)", "" }, { "(?-i)", "" },
	{ "{", "{" }, { "}", "}" }, { "{q}", "{q}" }, { "\\0", "" }, { "\\xe9", "\xe9" }, { "]", "]" },
	{ "[Q]", "Q" }, { "\\h", " " }, { "\\v", "\n" }, { "\\V", "z" }, { "\\N", "z" }, { "\\Z", "" },
	{ "[z-]", "-" }, { "\\101", "A" }, { "\\e", "\033" }, { "[\\]j]", "]" }, { "[\\\\q]", "\\" },
	{ "\\X", "z" }, { "\\C", "z" }, { "\\cA", "\001" }, { "\\K", "" }, { "%", "%" }, { "-", "-" },
	/* letters with many forms, which are shed (rules/odd) */
	{ FORMS_OF_A, "a" }, { FORMS_OF_A, "\xd0\xb0" }, { FORMS_OF_A, "&#1072;" },
	{ FORMS_OF_A "{2}", "\xf0\x9d\x90\x81@" }, { FORMS_OF_N, "n" }, { FORMS_OF_N, "\xc5\x85" },
	{ FORMS_OF_N, "|/|" }, { FORMS_OF_N FORMS_OF_A, "n\xc3\xa0" },
};

static const struct {
	const char *text;
	char name_end;
} openers[] = {
	{ "(", 0 }, { "(?:", 0 }, { "(?>", 0 }, { "(?i:", 0 }, { "(?|", 0 }, { "(?<", '>' },
	{ "(?'", '\'' }, { "(?P<", '>' }, { "(?s-i:", 0 }, { "(?^:", 0 },
	{ "(?=", 0 }, { "(?!", 0 }, { "(?<=", 0 }, { "(?<!", 0 },
};
enum { OPENERS = sizeof openers / sizeof *openers, OPENERS_MATCH = 10 };

static void make_group(struct maker *maker)
{
	unsigned kind = pick(maker, OPENERS);
	size_t before = maker->text.len;
	buf_add_cstr(&maker->regex, openers[kind].text);
	if (openers[kind].name_end)
		buf_addf(&maker->regex, "n%u%c", ++maker->groups, openers[kind].name_end);
	make_alternatives(maker, true);
	buf_add_byte(&maker->regex, ')');
	if (kind >= OPENERS_MATCH && pick(maker, 3))
		maker->text.len = before;
}

static const struct {
	const char *text;
	unsigned min, max;
} quantifiers[] = {
	{ "*", 0, 3 }, { "+", 1, 3 }, { "?", 0, 1 }, { "{2}", 2, 2 }, { "{0}", 0, 0 },
	{ "{1,3}", 1, 3 }, { "{2,}", 2, 4 }, { "{0,2}", 0, 2 }, { "{5,7}", 5, 7 }, { "{6}", 6, 6 }, { "{,2}", 0, 2 },
};
static const char *const quantifier_ends[] = { "", "", "", "?", "+" };

static void repeat_text(struct maker *maker, size_t from, unsigned times)
{
	size_t len = maker->text.len - from;
	char copy[64];
	if (len > sizeof copy)
		return;
	memcpy(copy, maker->text.ptr ? maker->text.ptr + from : "", len);
	maker->text.len = from;
	for (unsigned i = 0; i < times; i++)
		buf_add(&maker->text, copy, len);
}

static void make_blanks(struct maker *maker)
{
	static const char *const blanks[] = { " ", "\t", "\n ", " # qz )(\n", "(?#z)", "", "" };
	if (maker->extended && pick(maker, 3) == 0)
		buf_add_cstr(&maker->regex, blanks[pick(maker, 7)]);
}

static void make_item(struct maker *maker)
{
	size_t from = maker->text.len;
	unsigned kind = pick(maker, 40);
	make_blanks(maker);
	if (kind < 7 && maker->depth < 4) {
		make_group(maker);
	} else if (kind == 7) {
		buf_addf(&maker->regex, "\\%u", 1 + pick(maker, 2));
	} else if (kind == 8 && pick(maker, 4) == 0) {
		static const char *const odd[] = { "(?R)", "(?1)", "(?(1)q|z)", "(*FAIL)", "(*ACCEPT)",
			"(?x) ", "\\k<n1>", "\\g1", "(?&n1)", "(?(?=q)z|x)", "(?P=n1)" };
		buf_add_cstr(&maker->regex, odd[pick(maker, 11)]);
	} else {
		size_t n = pick(maker, 3) ? 5 : sizeof simples / sizeof *simples;
		const struct simple *simple = &simples[pick(maker, (unsigned)n)];
		buf_add_cstr(&maker->regex, simple->regex);
		buf_add_cstr(&maker->text, simple->text);
	}
	make_blanks(maker);
	if (pick(maker, 4))
		return;
	unsigned which = pick(maker, sizeof quantifiers / sizeof *quantifiers);
	buf_add_cstr(&maker->regex, quantifiers[which].text);
	buf_add_cstr(&maker->regex, quantifier_ends[pick(maker, 5)]);
	unsigned range = quantifiers[which].max - quantifiers[which].min + 1;
	repeat_text(maker, from, quantifiers[which].min + pick(maker, range));
}

/* Of the alternatives, the text of one is kept. */
static void make_alternatives(struct maker *maker, bool counts)
{
	unsigned n = pick(maker, 3) ? 1 : 2 + pick(maker, 2), chosen = pick(maker, n);
	maker->depth += counts;
	for (unsigned i = 0; i < n; i++) {
		size_t before = maker->text.len;
		if (i)
			buf_add_byte(&maker->regex, '|');
		for (unsigned items = pick(maker, 5); items--;)
			make_item(maker);
		if (i != chosen)
			maker->text.len = before;
	}
	maker->depth -= counts;
}

/* The text with something around it, and now and then a change in it. */
static void vary(struct maker *maker, struct str text, struct buf *out)
{
	static const char bytes[] = "qzxjQZ7 .%-\n\xe9";
	out->len = 0;
	for (unsigned n = pick(maker, 3); n--;)
		buf_add_byte(out, bytes[pick(maker, 13)]);
	buf_add_str(out, text);
	for (unsigned n = pick(maker, 3); n--;)
		buf_add_byte(out, bytes[pick(maker, 13)]);
	for (unsigned n = pick(maker, 3); n-- && out->len;) {
		size_t at = pick(maker, (unsigned)out->len);
		if (pick(maker, 3) == 0)
			memmove(out->ptr + at, out->ptr + at + 1, --out->len - at);
		else if (pick(maker, 2))
			out->ptr[at] = bytes[pick(maker, 13)];
		else if (ascii_alpha(out->ptr[at]))
			out->ptr[at] ^= 32;
	}
}

T_TEST(agrees_with_pcre2_on_random_regexes)
{
	enum { REGEXES = 30000, TEXTS = 8 };
	struct maker maker = { .random = 20081111 };
	struct buf text = { .limit = 100000 };
	struct literal_count count = { 0 };
	for (unsigned i = 0; i < REGEXES; i++) {
		maker.regex.len = maker.text.len = 0;
		maker.groups = 0;
		maker.extended = pick(&maker, 4) == 0;
		make_alternatives(&maker, false);
		struct str modifiers = str_slice(STR("xi"), !maker.extended, pick(&maker, 2) ? 2 : 1);
		struct literal_check check;
		if (!literal_check_begin(&check, buf_str(&maker.regex), modifiers, &count))
			continue;
		for (unsigned k = 0; k < TEXTS; k++) {
			vary(&maker, buf_str(&maker.text), &text);
			if (!literal_check_text(&check, buf_str(&text), &count)) {
				t_true(false);
				printf("# /%s/%.*s lost '%s'\n", buf_cstr(&maker.regex), (int)modifiers.len,
					modifiers.ptr, buf_cstr(&text));
			}
		}
		literal_check_end(&check);
	}
	printf("# %zu regexes (%zu with words), %zu texts: %zu match, %zu have no word\n",
		count.regexes, count.with_words, count.texts, count.matches, count.excluded);
	t_true(count.texts > 100000);
	t_true(count.matches > count.texts / 5); /* or it shows nothing */
	t_true(count.with_words > count.regexes / 4);
	t_true(count.excluded > 5000);
	buf_free(&text);
	buf_free(&maker.regex);
	buf_free(&maker.text);
}
