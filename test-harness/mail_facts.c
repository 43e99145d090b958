/* test-harness/mail_facts: see mail_facts.h. */
#include "test-harness/mail_facts.h"

#include <stdio.h>

#include "milter/scan.h"
#include "tool/world.h"

struct snapshot *mail_facts_snapshot(const char *const *rules, size_t n)
{
	struct diags diags = { 0 };
	struct world world = { .no_config = true };
	struct snapshot *snapshot = NULL;
	struct config *config;
	int status = world_set(&world, "LocalTestsOnly", "yes");

	for (size_t i = 0; status == 0 && i < n; i++)
		status = world_set(&world, "RulesDir", rules[i]);
	config = status == 0 ? world_load_config(&world, &diags) : NULL;
	if (config)
		snapshot = snapshot_build(config, &diags);
	if (!snapshot)
		diags_print(&diags, stderr);
	diags_clear(&diags);
	world_clear(&world);
	return snapshot;
}

int mail_facts_read(const struct snapshot *snapshot, struct str mail, struct arena *arena,
	struct facts *out)
{
	struct message_options how = scan_message_options(snapshot);
	struct message *message = message_create(&how, arena);
	struct scan_result *result = ARENA_NEW(arena, struct scan_result);
	struct scan_envelope envelope = { .has_client = true, .client = ip_from_v4(0xc0000201),
		.client_name = STR("mx.example"), .helo = STR("mx.example"),
		.mail_from = STR("a@b.example"), .has_mail_from = true, .day = 20000 };

	if (!message || !result || message_read(message, mail) < 0)
		return -1;
	return scan_facts(snapshot, &envelope, message_view(message), arena, out, result);
}
