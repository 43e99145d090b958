/* Each host that is reported can be found by its place: of small mails here, of the corpus and the
 * modern mails, of each kind of hostile mail. */
#include "test-harness/place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test-harness/each_file.h"
#include "test-harness/hostile_mails.h"
#include "test-harness/t.h"

enum { ARENA_BYTES = 256 * 1024 * 1024, TOLD_MAX = 10 };

struct count {
	size_t mails, found, wrong;
};

static void look(struct str mail, const char *name, struct count *count)
{
	static const struct message_options OPTIONS = { .want_body = true };
	struct arena *arena = arena_create(ARENA_BYTES);
	struct message *message = arena ? message_create(&OPTIONS, arena) : NULL;
	const struct message_view *view;

	t_need(message && message_read(message, mail) == 0);
	view = message_view(message);
	count->mails++;
	for (size_t i = 0; i < view->urls_n; i++) {
		enum place_found found = place_look(view, i, arena);

		count->found += found == PLACE_RIGHT;
		if (found == PLACE_WRONG && count->wrong++ < TOLD_MAX)
			printf("# %s: %.*s is not at %d %u %zu %zu\n", name,
				(int)view->urls[i].url.len, view->urls[i].url.ptr, (int)view->urls[i].place.in,
				view->urls[i].place.n, view->urls[i].place.at, view->urls[i].place.len);
	}
	arena_free(&arena);
}

static int look_file(void *context, const char *path)
{
	size_t len;
	char *text = t_read(path, &len);

	look(str_make(text, len), path, context);
	return 0;
}

static void all_found(const char *path, size_t least)
{
	struct count count = { 0 };

	t_true(each_file(path, look_file, &count) > 0);
	t_int(count.wrong, 0);
	t_true(count.found >= least);
}

T_TEST(of_each_sort)
{
	static const char *const BODIES[] = { "see http://a.example/ or b.com",
		"<a href=\"ht&#116;p://a&#46;example/\">x</a>", "<base href=http://a.example/><a href=b>x</a>",
		"<p style='background:url(&quot;http://a.example/&quot;)'>",
		"<style>p{background:\\75rl(http://a.example/\\62)}</style>",
		"<p style='display:none'>http://hidden.example/</p>",
		"<a href='http://a.example/?u=http%3A%2F%2Fb.example%2F'>http://c.example/</a>",
		"<a href='data:text/html,&lt;a href=http://a.example/&gt;'>x</a>",
		"<a href='data:text/html;base64,PGEgaHJlZj1odHRwOi8vYS5leGFtcGxlLz4='>x</a>",
		"<a href='ht\ttp://a\n.example/'>x</a>", "<a href='http://\xd1\x80.example/'>x</a>" };

	for (size_t i = 0; i < sizeof BODIES / sizeof *BODIES; i++) {
		char mail[1000];
		struct count count = { 0 };
		int len = snprintf(mail, sizeof mail, "Subject: http://s.example/\nContent-Type: text/html;"
			" charset=utf-8\n\n%s\n", BODIES[i]);

		look(str_make(mail, (size_t)len), BODIES[i], &count);
		t_int(count.wrong, 0);
		if (!t_true(count.found >= 2))
			printf("# %s\n", BODIES[i]);
	}
}

T_TEST(a_wrong_place_is_seen)
{
	struct arena *arena = arena_create(ARENA_BYTES);
	struct message_text text = { STR("x http://a.example/ y"), STR("x http://a.example/ y"),
		STR("x http://a.example/ y") };
	struct message_url url = { .url = STR("http://a.example/"), .host = STR("a.example"),
		.place = { PLACE_SHOWN, 0, 2, 17 } };
	struct message_view view = { .urls = &url, .urls_n = 1, .texts = &text, .texts_n = 1 };

	t_int(place_look(&view, 0, arena), PLACE_RIGHT);
	url.place.len = 14;
	t_int(place_look(&view, 0, arena), PLACE_WRONG);
	url.place.len = 99;
	t_int(place_look(&view, 0, arena), PLACE_WRONG);
	url.place = (struct message_place){ PLACE_URL, 0, 0, 5 }; /* in itself */
	t_int(place_look(&view, 0, arena), PLACE_WRONG);
	url.place = (struct message_place){ PLACE_SHOWN, 1, 2, 17 };
	t_int(place_look(&view, 0, arena), PLACE_WRONG);
	arena_free(&arena);
}

T_TEST(of_modern_mails)
{
	all_found(t_shared("data/mail/modern-2025-26"), 500);
}

T_TEST(of_odd_mails)
{
	all_found(t_shared("data/mime"), 300);
}

/* Where it is there: test-harness/corpora fetches it, once. */
T_TEST(of_the_corpus)
{
	static const char FOLDER[] = "build/corpora/spam-assassin-0.2.3";
	struct count count = { 0 };

	if (each_file(FOLDER, look_file, &count) <= 0)
		t_skip("the SpamAssassin corpus is not there");
	t_int(count.wrong, 0);
	t_true(count.found > 25000);
}

T_TEST(of_hostile_mails)
{
	struct count count = { 0 };

	for (size_t kind = 0; kind < hostile_mails_n(); kind++) {
		size_t len;
		char *mail = hostile_mails_make(kind, 3000, &len);

		t_need(mail);
		look(str_make(mail, len), hostile_mails_name(kind), &count);
		free(mail);
	}
	t_int(count.wrong, 0);
	t_true(count.found > 1000);
}
