/* One mail's result for a program: one object, its keys always there (but sub_rules). The order of the keys is
 * kept, test-harness/corpus/count_rules.sh reads it without a JSON parser. */
#include "tool/score.h"

#include <string.h>

#include "tool/network_print.h"

/* Appends and gives up ownership. -1: memory. */
static int append(json_t *array, json_t *object, int status)
{
	if (status == 0 && array && object)
		return json_array_append_new(array, object);
	json_decref(object);
	return -1;
}

static json_t *rules_json(const struct verdict *verdict)
{
	json_t *rules = json_array();
	int status = 0;

	for (size_t i = 0; i < verdict->hits_n; i++) {
		const struct verdict_hit *hit = &verdict->hits[i];
		json_t *one = json_object();
		int bad = output_json_set(one, "name", json_string(hit->rule));

		bad |= output_json_set(one, "score", json_real(hit->score));
		bad |= output_json_set(one, "evidence", output_json_text(hit->evidence));
		bad |= output_json_set(one, "file", output_json_text(str_from(hit->place.file)));
		bad |= output_json_set(one, "line", json_integer(hit->place.line));
		bad |= output_json_set(one, "describe", output_json_text(str_from(hit->describe)));
		if (hit->count > 1)
			bad |= output_json_set(one, "count", json_integer(hit->count));
		if (hit->observe) {
			bad |= output_json_set(one, "observe", json_true());
			bad |= output_json_set(one, "would_score", json_real(hit->would_score));
		}
		status |= append(rules, one, bad);
	}
	if (status == 0)
		return rules;
	json_decref(rules);
	return NULL;
}

static json_t *sub_rules_json(const struct verdict *verdict)
{
	json_t *rules = json_array();
	int status = 0;

	for (size_t i = 0; i < verdict->sub_rules_n; i++) {
		json_t *one = json_object();
		int bad = output_json_set(one, "name", json_string(verdict->sub_rules[i].rule));

		bad |= output_json_set(one, "count", json_integer(verdict->sub_rules[i].count));
		status |= append(rules, one, bad);
	}
	if (status == 0)
		return rules;
	json_decref(rules);
	return NULL;
}

static json_t *disguise_json(unsigned disguise)
{
	json_t *words = json_array();
	int status = 0;

	for (unsigned i = 0; i < DISGUISES; i++)
		if (disguise >> i & 1)
			status |= json_array_append_new(words, json_string(disguise_name(i)));
	if (status == 0)
		return words;
	json_decref(words);
	return NULL;
}

/* Where a link was found: {"in":"shown","n":0,"at":12,"len":30}. */
static json_t *place_json(const struct message_place *place)
{
	static const char *const IN[] = {
		[PLACE_HEADER] = "header", [PLACE_SOURCE] = "source", [PLACE_SHOWN] = "shown",
		[PLACE_ALL] = "all", [PLACE_URL] = "url"
	};

	return json_pack("{s:s, s:i, s:I, s:I}", "in", IN[place->in], "n", (int)place->n,
		"at", (json_int_t)place->at, "len", (json_int_t)place->len);
}

static json_t *urls_json(const struct score_report *report)
{
	json_t *urls = json_array();
	int status = 0;

	for (size_t i = 0; i < report->view->urls_n; i++) {
		const struct message_url *url = &report->view->urls[i];
		const struct network *network = report->result->url_networks[i];
		json_t *one = json_object();
		int bad = output_json_set(one, "url", output_json_text(url->url));

		bad |= output_json_set(one, "host", output_json_text(url->host));
		bad |= output_json_set(one, "domain", output_json_text(message_url_domain(url)));
		bad |= output_json_set(one, "disguise", disguise_json(url->disguise));
		bad |= output_json_set(one, "place", place_json(&url->place));
		if (network)
			bad |= output_json_set(one, "network", network_print_json(network));
		status |= append(urls, one, bad);
	}
	if (status == 0)
		return urls;
	json_decref(urls);
	return NULL;
}

static json_t *client_json(const struct score_report *report)
{
	json_t *client;

	if (!report->result->has_client)
		return json_null();
	client = network_print_json(&report->result->client);
	if (client && (output_json_set(client, "from", json_string(report->client_from)) != 0
			|| output_json_set(client, "name",
				output_json_text(report->envelope->client_name)) != 0
			|| output_json_set(client, "helo", output_json_text(report->envelope->helo)) != 0)) {
		json_decref(client);
		client = NULL;
	}
	return client;
}

static json_t *unknown_json(const struct verdict *verdict)
{
	json_t *unknown = json_array();
	int status = 0;

	for (size_t i = 0; i < verdict->unknown_n; i++) {
		json_t *one = json_object();
		int bad = output_json_set(one, "rule", json_string(verdict->unknown[i].rule));

		bad |= output_json_set(one, "why", json_string(verdict->unknown[i].why));
		status |= append(unknown, one, bad);
	}
	if (status == 0)
		return unknown;
	json_decref(unknown);
	return NULL;
}

/* ["scan-bytes","urls"]: what was cut, by message_truncated_text's words. */
static json_t *truncated_json(const struct score_report *report)
{
	char text[100];
	const char *at = message_truncated_text(report->view->truncated, text, sizeof(text));
	json_t *truncated = json_array();
	int status = 0;

	while (*at) {
		size_t len = strcspn(at, ",");

		status |= append(truncated, json_stringn(at, len), 0);
		at += len + (at[len] == ',');
	}
	if (report->mail->cut)
		status |= append(truncated, json_string("file"), 0);
	if (status == 0)
		return truncated;
	json_decref(truncated);
	return NULL;
}

int score_print_json(const struct output *output, const struct score_report *report)
{
	const struct scan_result *result = report->result;
	json_t *object = json_object();
	int status = output_json_set(object, "file",
		output_json_text(str_from(report->mail->name)));

	status |= output_json_set(object, "action", json_string(action_name(result->action)));
	status |= output_json_set(object, "score", json_real(result->verdict.score));
	status |= output_json_set(object, "rules", rules_json(&result->verdict));
	status |= output_json_set(object, "urls", urls_json(report));
	status |= output_json_set(object, "client", client_json(report));
	status |= output_json_set(object, "unknown", unknown_json(&result->verdict));
	status |= output_json_set(object, "truncated", truncated_json(report));
	if (report->envelope->want_sub_rules)
		status |= output_json_set(object, "sub_rules", sub_rules_json(&result->verdict));
	if (status != 0) {
		json_decref(object);
		object = NULL;
	}
	return output_json_line(output, object);
}
