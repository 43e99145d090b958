/* rules/checks_body: checks of the text as a whole.
 *
 * Semantics of SpamAssassin 4.0.1 (Plugin/BodyEval.pm), but for check_hidden_text, our own.
 */
#include "rules/checks.h"
#include "rules/checks_text.h"

/* How many blanks a line has for each hundred other bytes, at most: a text written downwards, or
 * one letter at a time, has many. */
int check_vertical_words(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	const struct facts *facts = context->facts;
	double most = -1, max = checks_number(call, 1, 101);
	size_t where = 0;
	for (size_t i = 0; i < facts->body_n; i++) {
		struct str line = facts->body[i];
		size_t spaces = 0;
		for (size_t k = 0; k < line.len; k++)
			spaces += line.ptr[k] == ' ';
		size_t others = line.len - spaces;
		if (line.len <= 5)
			continue;
		size_t percent = spaces > others ? 100 : 100 * spaces / others;
		if ((double)percent > most)
			most = (double)percent, where = i;
	}
	bool hit = most >= checks_number(call, 0, 0) && most < (max >= 100 ? 101 : max);
	return checks_hit(out, hit, most < 0 ? STR("") : facts->body[where]);
}

int check_body_length(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	return checks_hit(out, (double)context->facts->body_bytes <= checks_number(call, 0, 0),
		STR(""));
}

int check_hidden_text(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	double hidden = (double)context->facts->text_hidden;
	double all = hidden + (double)context->facts->text_shown;

	return checks_hit(out, hidden > 0 && hidden >= checks_number(call, 0, 0) &&
		100 * hidden >= all * checks_number(call, 1, 0), STR(""));
}

int check_blank_lines(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	const struct facts *facts = context->facts;
	double min = checks_number(call, 0, 0), max = checks_number(call, 1, 100);
	size_t lines = 0, blank = 0;
	for (size_t i = 0; i < facts->rawbody_n; i++) {
		struct str rest = facts->rawbody[i];
		while (rest.len) {
			size_t end = str_find_byte(rest, '\n');
			blank += str_trim(str_slice(rest, 0, end)).len == 0;
			rest = end == SIZE_MAX ? STR("") : str_slice(rest, end + 1, rest.len);
			lines++;
		}
	}
	double least = checks_number(call, 2, 1);
	double percent = !lines || (double)lines < least ? -1 : 100.0 * (double)blank / (double)lines;
	return checks_hit(out, (min <= 0 || percent > min) && percent <= max, STR(""));
}

/* The first part of plain text, or NULL. */
static const struct part *first_plain(const struct facts *facts)
{
	for (size_t i = 0; i <= facts->parts_n; i++)
		if (str_equal(checks_part(facts, i)->type, STR("text/plain")))
			return checks_part(facts, i);
	return NULL;
}

/* ---- the signature: what stands behind the last line of "-- " ---- */

struct signature {
	bool any;              /* there is a plain text at all */
	size_t text, behind;   /* bytes before the line, and behind it */
};

static bool is_mark(struct str line)
{
	if (line.len && line.ptr[line.len - 1] == '\r')
		line.len--;
	return str_equal(line, STR("--")) || str_equal(line, STR("-- "));
}

static struct signature find_signature(const struct facts *facts)
{
	enum { DECOY = 4 }; /* so little behind a mark is no signature */
	const struct part *part = first_plain(facts);
	if (!part || !part->leaf)
		return (struct signature){ 0 };
	struct str text = part->decoded;
	struct signature found = { true, text.len, 0 };
	for (size_t at = 0; at < text.len;) {
		size_t lf = str_find_byte(str_slice(text, at, text.len), '\n');
		size_t end = lf == SIZE_MAX ? text.len : at + lf;
		if (is_mark(str_slice(text, at, end)) && text.len - end > DECOY)
			found = (struct signature){ true, at, text.len - end };
		at = end + 1;
	}
	return found;
}

static bool within(const struct check_call *call, double value)
{
	return value >= checks_number(call, 0, 0) &&
		(call->args_n < 2 || value <= checks_number(call, 1, 0));
}

int check_signature_text(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	if (checks_no_tree(context->facts, out))
		return 0;
	struct signature found = find_signature(context->facts);
	return checks_hit(out, found.any && within(call, (double)found.text), STR(""));
}

int check_signature_length(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	if (checks_no_tree(context->facts, out))
		return 0;
	struct signature found = find_signature(context->facts);
	return checks_hit(out, found.any && within(call, (double)found.behind), STR(""));
}

int check_signature_ratio(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	if (checks_no_tree(context->facts, out))
		return 0;
	struct signature found = find_signature(context->facts);
	double ratio = found.behind ? (double)found.text / (double)found.behind : 1e6;
	return checks_hit(out, found.any && within(call, ratio), STR(""));
}

/* ---- the sheet of a stock: "Symbol: X", "Current Price: 1" ---- */

/* '.' stands for a letter or none, '^' for the beginning; the rest is itself, to the end. */
static const char *const stock_words[] = { "^tradedate", "^tradingdate", "companyname", "company",
	"s.t.o.c.k", "s.y.m.b.o.l", "s.y.m", "target", "ticker", "openingprice", "openingp",
	"currentprice", "currentp", "projected", "position", "expectations", "weekshigh", "weekhigh",
	"marketperformance", "yeartarget", "yearestimates", "yearestimate", "weektarget",
	"weekestimates", "weekestimate", "monthtarget", "monthestimates", "monthestimate",
	"daytarget", "dayestimates", "dayestimate", "pricetarget", "priceestimates", "priceestimate",
	"sector", "recommendation", "rating" };
enum { STOCK_WORDS = sizeof stock_words / sizeof *stock_words, LABEL_MAX = 30 };

/* Recursive by the '.' of a word: at most six deep. */
static bool stock_word_at(const char *word, const char *text, const char *end)
{
	for (; *word && *word != '.'; word++, text++)
		if (text == end || *text != *word)
			return false;
	if (!*word)
		return text == end;
	return stock_word_at(word + 1, text, end) ||
		(text < end && stock_word_at(word + 1, text + 1, end));
}

/* The word that a label of small letters ends in, the longest one: what matched of it is told apart
 * as SpamAssassin does, by its letters. Empty: none. */
static struct str stock_word(struct str label)
{
	for (size_t at = 0; at < label.len; at++)
		for (size_t i = 0; i < STOCK_WORDS; i++) {
			bool begin = stock_words[i][0] == '^';
			if ((!begin || at == 0) && stock_word_at(stock_words[i] + begin, label.ptr + at,
			    label.ptr + label.len))
				return str_slice(label, at, label.len);
		}
	return STR("");
}

/* "  Label :  x" at a line's begin, where blanks may be line ends: its label, 3 to 30 bytes.
 * Returns the offset to go on from, which is a line's begin or the text's end. */
static size_t read_label(struct str text, size_t at, struct str *label)
{
	size_t from = at, end, colon;
	*label = STR("");
	while (from < text.len && ascii_space(text.ptr[from]))
		from++;
	for (end = from; end < text.len && text.ptr[end] != ':' && text.ptr[end] != '\n';)
		end++;
	for (colon = end; colon < text.len && ascii_space(text.ptr[colon]);)
		colon++;
	struct str name = str_slice(text, from, end);
	bool fits = name.len >= 3 && str_trim(name).len <= LABEL_MAX;
	if (fits && colon < text.len && text.ptr[colon] == ':') {
		for (colon++; colon < text.len && ascii_space(text.ptr[colon]);)
			colon++;
		*label = colon < text.len ? str_trim(name) : STR("");
		end = label->len ? colon : end;
	}
	size_t lf = str_find_byte(str_slice(text, end, text.len), '\n');
	return lf == SIZE_MAX ? text.len : end + lf + 1;
}

int check_stock(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	enum { FOUND_MAX = 100 };
	char labels[FOUND_MAX][LABEL_MAX];
	struct str found[FOUND_MAX], label;
	size_t n = 0;
	if (checks_no_tree(context->facts, out))
		return 0;
	const struct part *part = first_plain(context->facts);
	struct str text = part && part->shown ? part->text : STR("");
	for (size_t at = 0; at < text.len && n < FOUND_MAX;) {
		size_t len = 0, i = 0;
		at = read_label(text, at, &label);
		for (size_t k = 0; k < label.len; k++)
			if (ascii_alpha(label.ptr[k]))
				labels[n][len++] = ascii_lower(label.ptr[k]);
		found[n] = stock_word(str_make(labels[n], len));
		while (i < n && !str_equal(found[i], found[n]))
			i++;
		n += found[n].len && i == n;
	}
	return checks_hit(out, (double)n >= checks_number(call, 0, 0), STR(""));
}
