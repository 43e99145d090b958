/* What SpamAssassin 4.0.1 returns for links, from its own tests (../shared/data/spamassassin): the
 * forms of a link, its domain, and the links of an HTML line. Each row of each table holds, but for
 * one that another row contradicts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message/html.h"
#include "message/uris.h"
#include "rules/checks_text.h"
#include "rules/testing.h"
#include "test-harness/t.h"

enum { STRINGS_MAX = 64, FORMS_MAX = 32 };

/* ---- strings of a list ---- */

struct strings {
	char items[FORMS_MAX][1000];
	size_t n;
};

static void add(struct strings *list, struct str text)
{
	t_need(list->n < FORMS_MAX && text.len < sizeof *list->items);
	for (size_t i = 0; i < list->n; i++)
		if (str_equal(text, str_from(list->items[i])))
			return;
	memcpy(list->items[list->n], text.ptr, text.len);
	list->items[list->n++][text.len] = '\0';
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static const char *sorted(struct strings *list, char *out, size_t size)
{
	size_t n = 0;

	qsort(list->items, list->n, sizeof *list->items, by_text);
	out[0] = '\0';
	for (size_t i = 0; i < list->n; i++)
		n += (size_t)snprintf(out + n, size - n, "%s%s", i ? " " : "", list->items[i]);
	return out;
}

static bool same(struct strings *got, struct strings *expected, const char *row)
{
	static char a[20000], b[20000];
	bool good = t_str(sorted(got, a, sizeof a), sorted(expected, b, sizeof b));

	if (!good)
		printf("# %s\n", row);
	return good;
}

/* ---- what the tables hold: any bytes, which a reader of JSON would refuse ---- */

/* The next string of JSON from *at on, its escapes decoded where it stands; NULL at the end. `null`
 * is the empty string behind a ':'. */
static char *next_string(char **at, size_t *len)
{
	char *from = *at, *to, *begin;

	while (*from && *from != '"' && strncmp(from, "null", 4) != 0)
		from++;
	if (!*from)
		return NULL;
	if (*from == 'n') {
		*at = from + 4;
		*from = '\0';
		*len = 0;
		return from;
	}
	begin = to = ++from;
	while (*from && *from != '"') {
		if (*from == '\\') {
			from++;
			*to++ = *from == 'r' ? '\r' : *from == 'n' ? '\n' : *from == 't' ? '\t' : *from;
			from++;
		} else {
			*to++ = *from++;
		}
	}
	*at = from + (*from != '\0');
	*len = (size_t)(to - begin);
	*to = '\0';
	return begin;
}

/* ---- the machine ---- */

static struct ruleset *rules;
static struct arena *arena;

static int redirect(const void *set, struct str uri, struct str *target)
{
	return ruleset_redirect(set, uri, target);
}
static struct uri_redirector redirector = { redirect, NULL };

static void begin(void)
{
	rules = rules_load("redirector_pattern m'^http://chkpt\\.zdnet\\.com/chkpt/\\w+/(.+)'i\n"
		"redirector_pattern m'^http://emf0\\.com/.*[?&]r=([^&]+)'i\n"
		"redirector_pattern m'^http://www\\.nate\\.com/r/\\w+/(.+)'i\n"
		"util_rb_tld com org net ca es fi us txtless xn--fiqs8s xn--j6w193g cn\n"
		"util_rb_2tld com.cn live.com\nutil_rb_3tld three.3ldlive.com\nbody A /x/\n");
	redirector.set = rules;
	arena = arena_create(1 << 26);
	t_need(arena);
}

static void end(void)
{
	arena_free(&arena);
	ruleset_free(&rules);
}

static void add_forms(struct strings *out, struct str link)
{
	struct uri_forms forms = { .arena = arena, .redirector = &redirector };

	t_int(uri_forms(&forms, link), 0);
	for (size_t i = 0; i < forms.n; i++)
		add(out, forms.items[i]);
}

/* ---- the tables ---- */

/* "expect": [...], "input": [...] */
T_TEST(forms)
{
	char *at = t_read(t_shared("data/spamassassin/uri_canon.json"), NULL), *text;
	struct strings got = { .n = 0 }, expected = { .n = 0 };
	size_t len, rows = 0;
	bool input = false;

	begin();
	while ((text = next_string(&at, &len)) != NULL) {
		if (strcmp(text, "expect") == 0) {
			if (input)
				rows += same(&got, &expected, "the row before");
			got.n = expected.n = 0;
			input = false;
		} else if (strcmp(text, "input") == 0) {
			input = true;
		} else if (input) {
			add_forms(&got, str_make(text, len));
		} else {
			add(&expected, str_make(text, len));
		}
	}
	rows += same(&got, &expected, "the last row");
	t_int(rows, 20);
	end();
}

/* The domain of the first form that has one, by the rules' own lists. */
static const char *domain_of(struct str link)
{
	static char out[300];
	struct link_host host;
	struct facts facts = { .links_n = 0 };
	struct check_context context = { .set = rules, .facts = &facts, .arena = arena };
	struct str domain;

	out[0] = '\0';
	if (!uri_host(arena, link, &host))
		return out;
	domain = host.domain;
	if (!host.is_ip)
		t_int(checks_domain(&context, host.host, &domain), 0);
	snprintf(out, sizeof out, "%.*s", (int)domain.len, domain.ptr);
	return out;
}

/* These bytes stand in the table twice, once with the domain and once without: both cannot hold. */
static bool contradicted(const char *text, const char *domain)
{
	return strcmp(text, "Cin\xe9ma.ca") == 0 && *domain == '\0';
}

/* "domain": ..., "input": ... */
T_TEST(domains)
{
	char *at = t_read(t_shared("data/spamassassin/uri_domains.json"), NULL), *key, *domain, *text;
	size_t len, rows = 0;

	begin();
	while ((key = next_string(&at, &len)) != NULL && (domain = next_string(&at, &len)) != NULL &&
		next_string(&at, &len) != NULL && (text = next_string(&at, &len)) != NULL) {
		bool good = contradicted(text, domain) ||
			t_str(domain_of(str_make(text, len)), domain);

		if (!good)
			printf("# %s\n", text);
		rows += good;
		t_str(key, "domain");
	}
	t_int(rows, 40);
	end();
}

/* "%25" and "%20" of the table's last column stand for '%' and a blank. */
static struct str unescape(char *text)
{
	char *to = text;

	for (char *from = text; *from; from++) {
		if (strncmp(from, "%25", 3) == 0 || strncmp(from, "%20", 3) == 0) {
			*to++ = from[2] == '5' ? '%' : ' ';
			from += 2;
		} else {
			*to++ = *from;
		}
	}
	*to = '\0';
	return str_make(text, (size_t)(to - text));
}

static void add_html(struct strings *out, const char *target)
{
	struct uris *uris = uris_create(arena, 100, true, &redirector);
	struct buf source = { .arena = arena };
	struct html html;
	size_t n;

	buf_addf(&source, "<html><a href=\"%s\">x</a></html>", target);
	t_need(uris && html_read_anchors(arena, buf_str(&source), &html) == 0);
	t_int(uris_of_html(uris, arena, 0, &html), 0);
	const struct str *items = uris_items(uris, &n);
	for (size_t i = 0; i < n; i++)
		add(out, items[i]);
}

T_TEST(links_of_html)
{
	char *line = t_read(t_shared("data/spamassassin/uri_html.tsv"), NULL), *next;
	size_t rows = 0;

	begin();
	for (; *line; line = next) {
		struct strings got = { .n = 0 }, expected = { .n = 0 };
		char *fields[4] = { line, NULL, NULL, NULL };

		next = line + strcspn(line, "\n");
		next += *next != '\0' ? (*next = '\0', 1) : 0;
		for (int i = 1; i < 4 && fields[i - 1]; i++) {
			fields[i] = strchr(fields[i - 1], '\t');
			if (fields[i])
				*fields[i]++ = '\0';
		}
		if (*line == '#' || !fields[3])
			continue;
		add_html(&got, line);
		for (char *word = strtok(fields[3], " "); word; word = strtok(NULL, " "))
			add(&expected, unescape(word));
		rows += same(&got, &expected, line);
	}
	t_int(rows, 85);
	end();
}
