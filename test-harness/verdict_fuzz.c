/* (rules, message) -> verdict: any rules asked of any mail, with the prefilter and without; and
 * each check that there is, with arguments of several kinds. No crash, no leak, no hang; the
 * prefilter changes nothing; a mail's verdict is the same the second time.
 *
 * Input: rules, a line "%%", a mail. Without the line, all is the mail.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "rules/check_table.h"
#include "test-harness/mail_facts.h"

enum { ARENA_BYTES = 32 * 1024 * 1024, RULES_MAX = 4096, MAIL_MAX = 65536, PATH_BYTES = 40,
	THIRDS = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The same rules, asked in both ways. */
struct world {
	struct snapshot *snapshot;
	struct ruleset *plain; /* without the prefilter */
	int file;
};

static const char *const arguments[] = { "()", "('1')", "('1', '2')", "('0.1', '0.5')",
	"('html', '1', '3')", "('anchor', '/a/')", "('From', 'To')", "('LIST')", "('/a+b/')" };

static const char fixed_rules[] =
	"body A /a(?:b|c)+d?/i\ntflags A multiple\nbody B /(?:(?:name|date|from)\\W{0,9}){3}/i\n"
	"body C /(?:v|\\/|\xce\xbd)(?:i|1|\xd1\x96)(?:a|\xd0\xb0)gra/i\nrawbody D /<[a-z]{2,9}[^>]*>/\n"
	"uri E m{^https?://[^/]+\\.(?:com|net)}\nfull F /^From:.*@/m\nheader G ALL =~ /a{3}/\n"
	"header H X-Spam-Relays-Untrusted =~ /helo=(?<HELO>[A-Z]+)/\nbody I /%{HELO}/\n"
	"mimeheader J Content-Type =~ /name=\"?.{5}/\nuri_detail K text =~ /click/ domain !~ /a/\n"
	"header L From:addr =~ /@/\nheader M Received:first:ip =~ /^1/\nmeta N A + B > 1 && !C\n"
	"enlist_addrlist (LIST) *@a.example\nenlist_uri_host (LIST) a.example\n"
	"freemail_domains a.example\nreplace_tag X (?:x|\xd1\x85)\nbody O /<X>{2}y/\nreplace_rules O\n";

static int file_of(const char *text, size_t len, char path[PATH_BYTES])
{
	int file = memfd_create("rules", 0);
	if (file < 0 || fchmod(file, 0600) || write(file, text, len) != (ssize_t)len)
		abort();
	snprintf(path, PATH_BYTES, "/proc/self/fd/%d", file);
	return file;
}

/* False: the rules are no good. */
static bool world_make(const char *text, size_t len, struct world *out)
{
	char name[PATH_BYTES];
	const char *path = name;
	struct diags diags = { 0 };
	struct ruleset_options options = { .today = 20000, .no_prefilter = true,
		.local_tests_only = true };
	*out = (struct world){ .file = file_of(text, len, name) };
	out->plain = ruleset_load(&path, 1, &options, &diags);
	if (out->plain)
		out->snapshot = mail_facts_snapshot(&path, 1);
	if (out->plain && !out->snapshot)
		abort();
	diags_clear(&diags);
	return out->plain != NULL;
}

static void world_free(struct world *world)
{
	ruleset_free(&world->plain);
	if (world->snapshot)
		snapshot_release(&world->snapshot);
	close(world->file);
}

static void same(const struct verdict *a, const struct verdict *b)
{
	if (a->hits_n != b->hits_n || a->unknown_n != b->unknown_n)
		abort();
	for (size_t i = 0; i < a->hits_n; i++)
		if (strcmp(a->hits[i].rule, b->hits[i].rule) != 0 || a->hits[i].count != b->hits[i].count ||
		    !str_equal(a->hits[i].evidence, b->hits[i].evidence))
			abort();
	for (size_t i = 0; i < a->unknown_n; i++)
		if (strcmp(a->unknown[i].rule, b->unknown[i].rule) != 0)
			abort();
}

static void judge(const struct world *world, struct str mail)
{
	struct arena *arena = arena_create(ARENA_BYTES);
	struct eval_options options = { .stage = FACT_MESSAGE };
	struct facts facts;
	struct verdict with, again, without;
	if (!arena)
		abort();
	if (mail_facts_read(world->snapshot, mail, arena, &facts) == 0 &&
	    ruleset_eval(world->snapshot->rules, &facts, &options, arena, &with) == 0 &&
	    ruleset_eval(world->snapshot->rules, &facts, &options, arena, &again) == 0 &&
	    ruleset_eval(world->plain, &facts, &options, arena, &without) == 0) {
		same(&with, &again);
		same(&with, &without);
	} else if (!arena_spent(arena)) {
		abort();
	}
	arena_free(&arena);
}

/* The fixed rules, and every check with each third of the arguments that it takes: with all of them
 * an input takes three times as long. */
static const struct world *checks(size_t third)
{
	static struct world worlds[THIRDS];
	struct world *world = &worlds[third];
	struct buf text = { .limit = 1024 * 1024 };
	const struct check_entry *entry;
	if (world->snapshot)
		return world;
	buf_add(&text, fixed_rules, sizeof fixed_rules - 1);
	for (size_t i = 0; (entry = check_at(i)) != NULL; i++)
		for (size_t k = third; entry->ask && k < sizeof arguments / sizeof *arguments;
			k += THIRDS) {
			char rule[200];
			struct world one;
			int n = snprintf(rule, sizeof rule, "header CHECK_%zu_%zu eval:%s%s\n", i, k,
				entry->name, arguments[k]);
			if (world_make(rule, (size_t)n, &one))
				buf_add(&text, rule, (size_t)n);
			world_free(&one);
		}
	if (text.failed || !world_make(text.ptr, text.len, world))
		abort();
	buf_free(&text);
	return world;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str input = str_make((const char *)data, size), rules = STR("");
	size_t at = str_find(input, STR("\n%%\n"));
	struct world world;
	if (at != SIZE_MAX) {
		rules = str_slice(input, 0, at + 1);
		input = str_slice(input, at + 4, input.len);
	}
	if (rules.len > RULES_MAX || input.len > MAIL_MAX)
		return 0;
	judge(checks(size % THIRDS), input);
	if (rules.len && world_make(rules.ptr, rules.len, &world)) {
		judge(&world, input);
		world_free(&world);
	} else if (rules.len) {
		world_free(&world);
	}
	return 0;
}
