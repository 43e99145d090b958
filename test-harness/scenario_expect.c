/* Compares. The wire and the log must tell the same story: what is called `tag` in the log must
 * have been taken on the wire, and so on; one table says which goes with which. */
#include "test-harness/scenario_expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct action_row {
	const char *name;      /* as an `expect` has it */
	const char *logged;    /* what the log line must say; NULL: no line */
	enum fake_answer answer;
	bool quarantined, aborted;
} action_rows[] = {
	{ "accept", "accept", FAKE_ACCEPT, false, false },
	{ "tag", "tag", FAKE_ACCEPT, false, false },
	{ "quarantine", "quarantine", FAKE_ACCEPT, true, false },
	{ "tempfail", "tempfail", FAKE_TEMPFAIL, false, false },
	{ "reject", "reject", FAKE_REJECT, false, false },
	{ "pass", "pass", FAKE_ACCEPT, false, false },
	{ "aborted", NULL, FAKE_ACCEPT, false, true },
};

void scenario_result_clear(struct scenario_result *result)
{
	fake_outcome_clear(&result->outcome);
	fake_message_clear(&result->message);
	buf_free(&result->log);
	*result = (struct scenario_result){ 0 };
}

struct str scenario_log_field(const struct buf *log, const char *key)
{
	struct str text = buf_str(log);
	size_t at = str_find(text, STR(" action="));
	char wanted[64];
	size_t n = 0;

	if (at == SIZE_MAX)
		return STR("");
	text = str_slice(text, at, text.len);
	text.len = str_find_byte(text, '\n') == SIZE_MAX ? text.len : str_find_byte(text, '\n');
	snprintf(wanted, sizeof(wanted), " %s=", key);
	at = str_find(text, str_from(wanted));
	if (at == SIZE_MAX)
		return STR("");
	text = str_slice(text, at + strlen(wanted), text.len);
	while (n < text.len && text.ptr[n] != ' ')
		n++;
	return str_slice(text, 0, n);
}

static bool contains(struct str text, const char *needle)
{
	return str_find(text, str_from(needle)) != SIZE_MAX;
}

static void differs(struct buf *why, const char *what, struct str got, const char *wanted)
{
	buf_addf(why, "%s is '%.*s', not '%s'\n", what, (int)got.len, got.ptr ? got.ptr : "",
		wanted);
}

static void check_action(const char *wanted, const struct scenario_result *result,
	struct buf *why)
{
	const struct fake_outcome *out = &result->outcome;
	struct str logged = scenario_log_field(&result->log, "action");

	for (size_t i = 0; i < sizeof(action_rows) / sizeof(action_rows[0]); i++) {
		const struct action_row *row = &action_rows[i];

		if (strcmp(row->name, wanted) != 0)
			continue;
		if (out->aborted != row->aborted)
			buf_addf(why, "%s\n", out->aborted ? "aborted" : "not aborted");
		else if (!out->aborted && out->answer != row->answer)
			differs(why, "the answer", str_from(fake_answer_name(out->answer)),
				fake_answer_name(row->answer));
		if (out->quarantined != row->quarantined)
			buf_addf(why, "%s\n", out->quarantined ? "quarantined" : "not quarantined");
		if (row->logged != NULL && !str_equal(logged, str_from(row->logged)))
			differs(why, "the log's action", logged, row->logged);
		if (row->logged == NULL && logged.len > 0)
			differs(why, "the log's action", logged, "");
		return;
	}
	buf_addf(why, "no such action: %s\n", wanted);
}

/* Whether `name` is one of "A:9.0,B:5.0". */
static bool named(struct str list, struct str name)
{
	while (list.len > 0) {
		size_t comma = str_find_byte(list, ',');
		struct str item = str_slice(list, 0, comma == SIZE_MAX ? list.len : comma);
		size_t colon = str_find_byte(item, ':');

		if (str_equal(str_slice(item, 0, colon == SIZE_MAX ? item.len : colon), name))
			return true;
		list = str_slice(list, comma == SIZE_MAX ? list.len : comma + 1, list.len);
	}
	return false;
}

static size_t count_names(struct str list)
{
	size_t n = list.len > 0;

	for (size_t i = 0; i < list.len; i++)
		n += list.ptr[i] == ',';
	return n;
}

/* The same names, in any order. */
static void check_names(const char *key, const char *wanted, const struct scenario_result *result,
	struct buf *why)
{
	struct str got = scenario_log_field(&result->log, key), all = str_from(wanted);
	bool same = count_names(got) == count_names(all);

	for (struct str rest = all; same && rest.len > 0;) {
		size_t comma = str_find_byte(rest, ',');

		same = named(got, str_slice(rest, 0, comma == SIZE_MAX ? rest.len : comma));
		rest = str_slice(rest, comma == SIZE_MAX ? rest.len : comma + 1, rest.len);
	}
	if (!same)
		differs(why, key, got, wanted);
}

static void check_stage(const char *wanted, const struct scenario_result *result,
	struct buf *why)
{
	struct str logged = scenario_log_field(&result->log, "stage");
	const char *stage = fake_stage_name(result->outcome.stage);

	if (strcmp(stage, wanted) != 0)
		differs(why, "the stage", str_from(stage), wanted);
	if (logged.len > 0 && !str_equal(logged, str_from(wanted)))
		differs(why, "the log's stage", logged, wanted);
}

static void check_score(const char *wanted, const struct scenario_result *result,
	struct buf *why)
{
	struct str got = scenario_log_field(&result->log, "score");
	size_t slash = str_find_byte(got, '/');
	char text[32];

	snprintf(text, sizeof(text), "%.*s", (int)(slash == SIZE_MAX ? got.len : slash),
		got.ptr ? got.ptr : "");
	if (text[0] == '\0' || strtod(text, NULL) != strtod(wanted, NULL))
		differs(why, "score", got, wanted);
}

static void check_header(const char *const *words, const struct scenario_result *result,
	struct buf *why)
{
	const char *value = fake_message_value(&result->message, words[1], 1);

	if (value == NULL)
		buf_addf(why, "no header %s\n", words[1]);
	else if (strcmp(words[2], "~") != 0)
		buf_addf(why, "header NAME ~ TEXT, not '%s'\n", words[2]);
	else if (!contains(str_from(value), words[3]))
		differs(why, words[1], str_from(value), words[3]);
}

static void check_no_header(const char *const *words, const struct scenario_result *result,
	struct buf *why)
{
	const char *value = fake_message_value(&result->message, words[1], 1);

	if (value != NULL)
		differs(why, words[1], str_from(value), "(absent)");
}

static void check_count(const char *const *words, const struct scenario_result *result,
	struct buf *why)
{
	size_t n = fake_message_count(&result->message, words[1]);

	if (n != strtoul(words[2], NULL, 10))
		buf_addf(why, "%zu headers %s, not %s\n", n, words[1], words[2]);
}

static void check_reply(const char *const *words, const struct scenario_result *result,
	struct buf *why)
{
	if (!contains(str_from(result->outcome.reply.text), words[2]))
		differs(why, "the reply", str_from(result->outcome.reply.text), words[2]);
}

static void check_log(const char *const *words, const struct scenario_result *result,
	struct buf *why)
{
	if (!contains(buf_str(&result->log), words[2]))
		differs(why, "the log", buf_str(&result->log), words[2]);
}

static void check_no_log(const char *const *words, const struct scenario_result *result,
	struct buf *why)
{
	if (contains(buf_str(&result->log), words[1]))
		buf_addf(why, "the log has '%s'\n", words[1]);
}

static void check_quarantine(const char *const *words, const struct scenario_result *result,
	struct buf *why)
{
	if (!contains(buf_str(&result->outcome.quarantine), words[2]))
		differs(why, "the quarantine reason", buf_str(&result->outcome.quarantine),
			words[2]);
}

static void check_recipients(const char *const *words, const struct scenario_result *result,
	struct buf *why)
{
	if (result->outcome.recipients_taken != strtoul(words[1], NULL, 10))
		buf_addf(why, "%zu recipients taken, not %s\n", result->outcome.recipients_taken,
			words[1]);
}

static const struct clause {
	const char *name;
	size_t words; /* with the name */
	void (*check)(const char *const *words, const struct scenario_result *result,
		struct buf *why);
} clauses[] = {
	{ "header", 4, check_header }, { "no-header", 2, check_no_header },
	{ "count", 3, check_count }, { "reply", 3, check_reply }, { "log", 3, check_log },
	{ "no-log", 2, check_no_log }, { "quarantine", 3, check_quarantine },
	{ "recipients", 2, check_recipients },
};

/* How many words it took; 0: no such clause. */
static size_t check_clause(const struct scenario_step *step, size_t at,
	const struct scenario_result *result, struct buf *why)
{
	for (size_t i = 0; i < sizeof(clauses) / sizeof(clauses[0]); i++) {
		if (strcmp(clauses[i].name, step->words[at]) != 0)
			continue;
		if (at + clauses[i].words > step->words_n)
			return 0;
		clauses[i].check(step->words + at, result, why);
		return clauses[i].words;
	}
	return 0;
}

static void check_word(const char *word, const struct scenario_result *result, struct buf *why)
{
	const struct fake_reply *reply = &result->outcome.reply;

	if (strncmp(word, "rules=", 6) == 0)
		check_names("rules", word + 6, result, why);
	else if (strncmp(word, "unknown=", 8) == 0)
		check_names("unknown", word + 8, result, why);
	else if (strncmp(word, "observed=", 9) == 0)
		check_names("observed", word + 9, result, why);
	else if (strncmp(word, "stage=", 6) == 0)
		check_stage(word + 6, result, why);
	else if (strncmp(word, "score=", 6) == 0)
		check_score(word + 6, result, why);
	else if (word[0] >= '2' && word[0] <= '5' && strlen(word) == 3) {
		if (strcmp(reply->code, word) != 0)
			differs(why, "the code", str_from(reply->code), word);
	} else if (word[0] >= '2' && word[0] <= '5' && word[1] == '.') {
		if (strcmp(reply->enhanced, word) != 0)
			differs(why, "the enhanced code", str_from(reply->enhanced), word);
	} else {
		buf_addf(why, "cannot be read: '%s'\n", word);
	}
}

bool scenario_expect(const struct scenario_step *step, const struct scenario_result *result,
	struct buf *why)
{
	size_t before = why->len;

	if (!result->sent) {
		buf_addf(why, "no mail was sent\n");
		return false;
	}
	check_action(step->words[0], result, why);
	for (size_t at = 1; at < step->words_n;) {
		size_t n = check_clause(step, at, result, why);

		if (n == 0)
			check_word(step->words[at], result, why);
		at += n ? n : 1;
	}
	return why->len == before;
}
