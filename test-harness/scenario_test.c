#include "test-harness/scenario.h"

#include <stdio.h>
#include <string.h>

#include "test-harness/scenario_expect.h"
#include "test-harness/t.h"

static struct scenario *load(const char *text, struct diags *diags)
{
	const char *path = t_tmpfile("x.scn");

	t_write(path, text, strlen(text));
	return scenario_load(path, diags);
}

T_TEST(reads_words_quotes_and_texts)
{
	struct diags diags = { 0 };
	struct scenario *scenario = load("# story\nasn 192.0.2.0/24 1 \"A B\" XX\n"
		"rules body X /a \"b\"/ # kept\nmail <<END\nSubject: x\n\n# body\nEND\n"
		"expect tag header A ~ \"b c\"\n", &diags);

	t_need(scenario != NULL);
	t_int(scenario->n, 4);
	t_str(scenario->steps[0].words[2], "A B");
	t_slice(scenario->steps[1].text, "body X /a \"b\"/ # kept");
	t_slice(scenario->steps[2].text, "Subject: x\n\n# body\n");
	t_int(scenario->steps[3].words_n, 5);
	t_str(scenario->steps[3].words[4], "b c");
	t_int(scenario->steps[3].place.line, 9);
	scenario_free(&scenario);
	diags_clear(&diags);
}

T_TEST(finds_every_error_in_one_run)
{
	struct diags diags = { 0 };
	struct scenario *scenario = load("asn 192.0.2.0/24\nexpcet tag\nhelo a b\n"
		"file x\nmail <<END\nno end\n", &diags);

	t_true(scenario == NULL);
	t_int(diags.errors, 5);
	t_int(diags.items[0].place.line, 1);
	t_str(diags.items[1].text, "unknown step 'expcet' (did you mean 'expect'?)");
	t_int(diags.items[2].place.line, 3);
	t_str(diags.items[3].text, "'file' takes a text: <<END");
	t_str(diags.items[4].text, "no line 'END' ends the text");
	scenario_free(&scenario);
	diags_clear(&diags);
}

/* An expectation that cannot fail proves nothing: each clause is tried with what is not so. */
T_TEST(expectations_fail_when_they_do_not_hold)
{
	static const char *const wrong[] = { "accept", "reject", "tag rules=A", "tag rules=A,B,C",
		"tag rules=none", "tag stage=rcpt", "tag score=7", "tag 550", "tag header X ~ nothing",
		"tag header Y ~ v", "tag no-header X", "tag count X 2", "tag reply ~ no", "tag log ~ zz",
		"tag no-log score", "tag quarantine ~ w", "tag recipients 2", "tag nonsense",
		"tag unknown=U", "pass", "quarantine", "aborted" };
	struct scenario_result result = { .sent = true, .outcome = { .answer = FAKE_ACCEPT,
		.stage = FAKE_AT_EOM, .recipients_taken = 1 } };
	struct diags diags = { 0 };
	char text[200];

	buf_add_cstr(&result.log, "Q: action=tag stage=eom score=6.0/10.0 rules=A:1.0,B:5.0\n");
	fake_message_parse(&result.message, STR("X: value\n\nb\n"));
	for (size_t i = 0; i <= sizeof(wrong) / sizeof(wrong[0]); i++) {
		bool right = i == sizeof(wrong) / sizeof(wrong[0]);
		struct scenario *scenario;
		struct buf why = { 0 };

		snprintf(text, sizeof(text), "expect %s\n", right ?
			"tag rules=B,A stage=eom score=6 header x ~ val no-header Y count X 1 "
			"recipients 1 log ~ Q: no-log R:" : wrong[i]);
		scenario = load(text, &diags);
		t_need(scenario != NULL);
		if (!t_int(scenario_expect(&scenario->steps[0], &result, &why), right))
			t_str(text, buf_cstr(&why));
		buf_free(&why);
		scenario_free(&scenario);
	}
	scenario_result_clear(&result);
	diags_clear(&diags);
}
