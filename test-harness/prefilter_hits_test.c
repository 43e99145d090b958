/* The same verdicts with the prefilter on and off: rules, counts and evidence, over real mail.
 *
 * The shipped rules over every mail that is there; SpamAssassin's own, where Debian's package
 * is installed, over the corpus (without the prefilter they take 5 ms a mail).
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/lex.h"
#include "rules/ruleset.h"
#include "test-harness/mail_facts.h"
#include "test-harness/t.h"

enum { ARENA_BYTES = 64 * 1024 * 1024, PATH_BYTES = 4096 };
static const char *const shipped = "rules/d";

struct pair {
	struct snapshot *with;
	struct ruleset *without;
	size_t mails, hits, differ;
};

static struct ruleset *load_without(const char *const *paths, size_t n)
{
	struct ruleset_options options = { .no_prefilter = true, .local_tests_only = true };
	struct diags diags = { 0 };
	struct ruleset *set = ruleset_load(paths, n, &options, &diags);
	if (!set)
		diags_print(&diags, stdout);
	diags_clear(&diags);
	t_need(set);
	return set;
}

static struct pair pair_load(const char *const *paths, size_t n)
{
	struct pair pair = { .with = mail_facts_snapshot(paths, n), .without = load_without(paths, n) };
	t_need(pair.with);
	return pair;
}

static void pair_free(struct pair *pair)
{
	snapshot_release(&pair->with);
	ruleset_free(&pair->without);
}

static bool same_hit(const struct verdict_hit *a, const struct verdict_hit *b)
{
	return !strcmp(a->rule, b->rule) && a->count == b->count && str_equal(a->evidence, b->evidence);
}

static bool same(const struct verdict *a, const struct verdict *b, const char *name)
{
	bool equal = a->hits_n == b->hits_n && a->unknown_n == b->unknown_n;
	for (size_t i = 0; i < a->hits_n || i < b->hits_n; i++) {
		if (i < a->hits_n && i < b->hits_n && same_hit(&a->hits[i], &b->hits[i]))
			continue;
		printf("# %s: with %s, without %s\n", name, i < a->hits_n ? a->hits[i].rule : "-",
			i < b->hits_n ? b->hits[i].rule : "-");
		return false;
	}
	for (size_t i = 0; equal && i < a->unknown_n; i++)
		equal = !strcmp(a->unknown[i].rule, b->unknown[i].rule);
	return equal;
}

static void ask(struct pair *pair, struct str mail, const char *name)
{
	struct arena *arena = arena_create(ARENA_BYTES);
	struct eval_options options = { .stage = FACT_MESSAGE };
	struct facts facts;
	struct verdict with, without;
	t_need(arena && mail_facts_read(pair->with, mail, arena, &facts) == 0);
	t_need(ruleset_eval(pair->with->rules, &facts, &options, arena, &with) == 0);
	t_need(ruleset_eval(pair->without, &facts, &options, arena, &without) == 0);
	pair->mails++;
	pair->hits += with.hits_n;
	pair->differ += !same(&with, &without, name);
	arena_free(&arena);
}

/* Every nth file below the folder. */
static void ask_folder(struct pair *pair, const char *path, size_t every)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;
	size_t n = 0;
	if (!folder)
		return;
	while ((entry = readdir(folder)) != NULL) {
		char child[PATH_BYTES];
		struct lex_file file = { 0 };
		snprintf(child, sizeof child, "%s/%s", path, entry->d_name);
		if (entry->d_name[0] == '.')
			continue;
		if (!strchr(entry->d_name, '.'))
			ask_folder(pair, child, every);
		else if (n++ % every == 0 && lex_file_read(&file, child, NULL) == 0)
			ask(pair, str_make(file.text, file.len), child);
		lex_file_clear(&file);
	}
	closedir(folder);
}

/* The folder of the corpus, if it was fetched before (test-harness/corpora). */
static const char *corpus(void)
{
	static char path[PATH_BYTES];
	/* NOLINTNEXTLINE(cert-env33-c): a fixed command of the tree */
	FILE *pipe = popen("test-harness/corpora --there && test-harness/corpora", "r");
	t_need(pipe);
	char *line = fgets(path, sizeof path, pipe);
	pclose(pipe);
	if (!line)
		t_skip("the SpamAssassin corpus was not fetched (test-harness/corpora)");
	path[strcspn(path, "\n")] = '\0';
	return path;
}

static void check(const struct pair *pair, size_t mails_min, size_t hits_min)
{
	printf("# %zu mails, %zu hits\n", pair->mails, pair->hits);
	t_int(pair->differ, 0);
	t_true(pair->mails >= mails_min);
	t_true(pair->hits >= hits_min);
}

/* A mail that every kind of view has something of. */
static const char small_mail[] =
	"Received: from a.example (a.example [192.0.2.7]) by mx.example with SMTP id 1;"
	" Mon, 1 Jan 2024 00:00:00 +0000\n"
	"From: \"Rolex Watch\" <a@cheap-rolex.example>\nTo: b@c.example\n"
	"Subject: V1AGRA and cialis 50% off\nMIME-Version: 1.0\nContent-Type: text/html\n\n"
	"<p>Buy Viagra now: best prices, free shipping. Generic cialis without prescription!</p>\n"
	"<p>v-i-a-g-r-a v-i-a-g-r-a</p><p>\xe9t\xe9 \xc3\xa9</p><p>replica watches</p>\n"
	"<a href=\"http://www.replica-watches.example/main2.php?rx=1\">x</a>\n"
	"<a href=\"http://192.0.2.9/a\">y</a>\n";

static const char small_rules[] =
	"body A /viagra/i\ntflags A multiple\nbody B /v\\W?[i1]\\W?a\\W?g\\W?r\\W?a/i\n"
	"tflags B multiple maxhits=3\nbody C /(?:best|free) (?:prices?|shipping)/\ntflags C multiple\n"
	"body D /absent words/\nbody E /\\w{9}/\nbody F /\\xe9t\\xe9|\\xc3\\xa9/\nbody G /cialis/\n"
	"tflags G nosubject\nbody H /50% off/\ntflags H nosubject\nuri I /replica-?watch/\n"
	"uri J /rx=\\d/\nuri K m{^https?://\\d+\\.\\d+}\nuri L /nothing/\n"
	"header M Subject =~ /v1agra/i\nheader N Subject =~ /zzqz/\nheader O Subject !~ /zzqz/\nheader P Subject !~ /V1AGRA/\n"
	"header Q Subject =~ /off$/\nheader R X-None =~ /^$/\nheader S X-None =~ /zqz/\n"
	"header T X-None !~ /zqz/\nheader U X-None =~ /zqz/ [if-unset: a zqz]\nheader V exists:From\n"
	"header W exists:X-None\nfull X /Content-Type: text.html/\nfull Y /jqzz/\nfull Z /192\\.0/\n"
	"meta AA D || L || W\n";

T_TEST(small_mail_by_every_kind_of_rule)
{
	const char *path = t_tmpfile("small.cf");
	t_write(path, small_rules, sizeof small_rules - 1);
	struct pair pair = pair_load(&path, 1);
	ask(&pair, STR(small_mail), "small mail");
	ask(&pair, STR("\n"), "empty mail");
	ask(&pair, STR("Subject: zzqz\n\njqzz viagra\n"), "short mail");
	check(&pair, 3, 20);
	pair_free(&pair);
	pair = pair_load(&shipped, 1);
	ask(&pair, STR(small_mail), "small mail");
	check(&pair, 1, 3);
	pair_free(&pair);
}

T_TEST(shipped_rules_over_the_corpus)
{
	const char *path = corpus();
	struct pair pair = pair_load(&shipped, 1);
	ask_folder(&pair, path, 1);
	check(&pair, 6000, 300);
	pair_free(&pair);
}

T_TEST(shipped_rules_over_mail_of_today)
{
	const char *path = t_shared("data/mail/modern-2025-26");
	struct pair pair = pair_load(&shipped, 1);
	ask_folder(&pair, path, 1);
	check(&pair, 200, 0);
	pair_free(&pair);
}

/* A file with metas that use all sub-rules, so that each is run. */
static const char *all_used(const char *stock)
{
	struct ruleset *set = load_without(&stock, 1);
	struct buf text = { .limit = 1024 * 1024 };
	const char *path = t_tmpfile("used.cf");
	for (size_t i = 0; i < ruleset_rules(set); i++) {
		struct ruleset_rule rule = ruleset_rule(set, i);
		if (rule.sub_rule && !rule.absent)
			buf_addf(&text, "meta USED_%zu %s\ntflags USED_%zu observe\n", i, rule.name, i);
	}
	t_write(path, text.ptr, text.len);
	buf_free(&text);
	ruleset_free(&set);
	return path;
}

T_TEST(stock_rules_over_the_corpus)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	enum { EVERY = 12 }; /* ten times as slow */
#else
	enum { EVERY = 1 };
#endif
	static const char stock[] = "/usr/share/spamassassin";
	const char *mails = corpus();
	if (access(stock, R_OK))
		t_skip("/usr/share/spamassassin is not there (package spamassassin)");
	const char *const paths[] = { stock, all_used(stock) };
	struct pair pair = pair_load(paths, 2);
	printf("# %zu rules\n", ruleset_rules(pair.with->rules));
	t_true(ruleset_rules(pair.with->rules) > 4000);
	ask_folder(&pair, mails, EVERY);
	check(&pair, 6000 / EVERY, 200000 / EVERY);
	pair_free(&pair);
}
