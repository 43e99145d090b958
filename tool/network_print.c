/* "Unknown" and "the database has nothing" are two things, here as everywhere. */
#include "tool/network_print.h"

#include <inttypes.h>
#include <string.h>

#include "base/date.h"

static void print_asn(const struct output *output, const struct network *network)
{
	if (network->asn_state == NETWORK_KNOWN) {
		fprintf(output->out, "AS%" PRIu32, network->asn);
		if (network->org.len > 0) {
			putc(' ', output->out);
			output_text(output, network->org);
		}
	} else {
		fputs(network->asn_state == NETWORK_NONE ? "no AS number" : "AS number unknown",
			output->out);
	}
}

void network_print_text(const struct output *output, const struct network *network)
{
	char text[IP_PREFIX_TEXT_MAX];

	if (network->asn_state == NETWORK_UNKNOWN && network->prefix_state == NETWORK_UNKNOWN
			&& network->country_state == NETWORK_UNKNOWN) {
		fputs("network unknown", output->out);
		return;
	}
	print_asn(output, network);
	if (network->prefix_state == NETWORK_KNOWN)
		fprintf(output->out, ", %s", ip_prefix_format(&network->prefix, text));
	if (network->country_state == NETWORK_KNOWN)
		fprintf(output->out, ", %s", network->country);
	else
		fputs(network->country_state == NETWORK_NONE ? ", no country" : ", country unknown",
			output->out);
}

void network_print_listing(const struct output *output, const struct network_listing *listing)
{
	char from[DATE_TEXT_MAX], until[DATE_TEXT_MAX];

	fprintf(output->out, "%s: ", listing->name);
	output_text(output, str_from(listing->entry));
	if (listing->note[0]) {
		fputs(" (", output->out);
		output_text(output, str_from(listing->note));
		fputs(")", output->out);
	}
	if (listing->from != DATE_MIN || listing->until != DATE_MAX)
		fprintf(output->out, ", counts %s..%s", listing->from == DATE_MIN ? ""
			: date_format(listing->from, from), listing->until == DATE_MAX ? ""
			: date_format(listing->until, until));
	output_style(output, OUTPUT_DIM);
	fprintf(output->out, "  %s:%u", listing->file, listing->line);
	output_style(output, OUTPUT_PLAIN);
}

json_t *network_print_listings(const struct network *network)
{
	json_t *lists = json_array();

	for (size_t i = 0; lists && i < network->listings_n; i++) {
		const struct network_listing *listing = network->listings[i];
		char day[DATE_TEXT_MAX];
		json_t *one = json_object();
		int status = output_json_set(one, "name", output_json_text(str_from(listing->name)));

		status |= output_json_set(one, "entry", output_json_text(str_from(listing->entry)));
		status |= output_json_set(one, "note", output_json_text(str_from(listing->note)));
		status |= output_json_set(one, "file", output_json_text(str_from(listing->file)));
		status |= output_json_set(one, "line", json_integer(listing->line));
		if (listing->from != DATE_MIN)
			status |= output_json_set(one, "from",
				json_string(date_format(listing->from, day)));
		if (listing->until != DATE_MAX)
			status |= output_json_set(one, "until",
				json_string(date_format(listing->until, day)));
		if (status != 0 || json_array_append(lists, one) != 0) {
			json_decref(lists);
			lists = NULL;
		}
		json_decref(one);
	}
	return lists;
}

static int set_part(json_t *object, json_t *unknown, const char *key, enum network_state state,
	json_t *value)
{
	if (state == NETWORK_UNKNOWN && json_array_append_new(unknown, json_string(key)) != 0) {
		json_decref(value);
		return -1;
	}
	if (state == NETWORK_KNOWN)
		return output_json_set(object, key, value);
	json_decref(value);
	return json_object_set_new(object, key, json_null());
}

json_t *network_print_json(const struct network *network)
{
	char ip[IP_TEXT_MAX], prefix[IP_PREFIX_TEXT_MAX];
	json_t *object = json_object(), *unknown = json_array();
	int status = output_json_set(object, "ip", json_string(ip_format(&network->ip, ip)));

	ip_prefix_format(&network->prefix, prefix);
	status |= set_part(object, unknown, "asn", network->asn_state, json_integer(network->asn));
	status |= set_part(object, unknown, "org", network->asn_state,
		output_json_text(network->org));
	status |= set_part(object, unknown, "prefix", network->prefix_state, json_string(prefix));
	status |= set_part(object, unknown, "country", network->country_state,
		output_json_text(str_from(network->country)));
	if (network->listings_incomplete)
		status |= json_array_append_new(unknown, json_string("lists"));
	status |= output_json_set(object, "lists", network_print_listings(network));
	status |= output_json_set(object, "unknown", unknown);
	if (status == 0)
		return object;
	json_decref(object);
	return NULL;
}
