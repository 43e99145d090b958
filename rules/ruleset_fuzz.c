/* Any bytes as a rule file, then asked of a fixed message: no crash, no leak, no hang.
 *
 * The file is given through a memory file, since the set is read from a path.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "rules/ruleset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct fact_header headers[] = {
	{ { "Subject", 7 }, { " =?utf-8?q?a?= pills", 20 }, { "a pills", 7 } },
	{ { "From", 4 }, { " \"A, (B)\" <a@b.example> (c)", 27 }, { "\"A, (B)\" <a@b.example> (c)", 26 } },
	{ { "To", 2 }, { " a@b.example, c", 15 }, { "a@b.example, c", 14 } },
};
static const struct str body[] = { { "a pills", 7 },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaab \0 \xe9", 32 } };

static void ask(const struct ruleset *rules)
{
	struct network network = { .ip = ip_from_v4(0xc0000201), .asn_state = NETWORK_KNOWN,
		.asn = 64500, .country_state = NETWORK_KNOWN, .country = "XX", .org = STR("Org") };
	struct network unknown = { .ip = ip_from_v4(0xc0000202), .listings_incomplete = true };
	struct fact_url urls[] = {
		{ .raw = STR("HTTP://a.example/"), .url = STR("http://a.example/") },
		{ .url = STR("http://192.0.2.1/"), .host_is_ip = true, .network = &network } };
	static const struct str uris[] = { { "HTTP://a.example/", 17 }, { "http://192.0.2.1/", 17 } };
	struct fact_relay relays[] = { { .ip_text = STR("192.0.2.1"), .has_ip = true, .network = &network },
		{ .ip_text = STR("192.0.2.2"), .network = &unknown } };
	struct facts facts = { .client = &network, .helo = STR("[x]"), .mail_from = STR("a@b"),
		.has_mail_from = true, .headers = headers, .headers_n = 3, .body = body, .body_n = 2,
		.body_has_subject = true, .full = STR("Subject: a pills\n\naaa\n"), .urls = urls,
		.urls_n = 2, .uris = uris, .uris_n = 2, .relays = relays, .relays_n = 2, .day = 20000 };
	static const struct fact_part parts[] = {
		{ .headers = headers, .headers_n = 2 }, { .headers_n = 0 } };
	facts.rawbody = body;
	facts.rawbody_n = 2;
	facts.parts = parts;
	facts.parts_n = 2;
	struct eval_options options = { .budget_us = 20000, .clock_us = clock_monotonic_us };
	for (int stage = FACT_CONNECT; stage <= FACT_MESSAGE; stage++) {
		struct arena *arena = arena_create(4 * 1024 * 1024);
		struct verdict verdict;
		options.stage = (enum fact_stage)stage;
		if (!arena || ruleset_eval(rules, &facts, &options, arena, &verdict))
			abort();
		for (size_t i = 0; i < verdict.hits_n; i++)
			if (verdict.hits[i].evidence.len > 200 || !verdict.hits[i].count)
				abort();
		arena_free(&arena);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int file = memfd_create("rules", 0);
	char path[40];
	if (file < 0 || fchmod(file, 0600) || write(file, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", file);
	const char *name = path;
	struct diags diags = { 0 };
	struct ruleset_options options = { .today = 20000, .no_jit = size & 1 };
	struct ruleset *rules = ruleset_load(&name, 1, &options, &diags);
	if (!rules == !diags.errors)
		abort();
	if (rules)
		ask(rules);
	ruleset_free(&rules);
	diags_clear(&diags);
	close(file);
	return 0;
}
