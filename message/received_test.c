/* Tests of received: the common programs' forms, all of SpamAssassin's own cases, what is skipped
 * and what cannot be read, and hostile lines. */
#include "message/received.h"

#include <stdio.h>
#include <string.h>

#include "test-harness/t.h"

/* Slices lie in an arena of the test's. */
static enum received_is parse(struct str value, struct message_relay *relay)
{
	static struct arena *arena;

	arena_free(&arena);
	arena = arena_create(1 << 20);
	t_need(arena != NULL);
	return received_parse(arena, value, relay);
}

static const struct {
	const char *value, *ip, *rdns, *helo, *by, *id, *protocol;
	bool authenticated;
} CASES[] = {
	{ "from helo.example (rdns.example [192.0.2.7]) by mx.example.org (Postfix) with ESMTPS "
	  "id 4F2A1 for <a@example.org>; Mon, 1 Jan 2024 00:00:00 +0000 (UTC)",
	  "192.0.2.7", "rdns.example", "helo.example", "mx.example.org", "4F2A1", "ESMTPS", false },
	{ "from helo.example (unknown [IPv6:2001:db8::7]) (using TLSv1.3) (Authenticated sender: u) "
	  "by mx.example.org (Postfix) with ESMTP id 4F2A2; x",
	  "2001:db8::7", "", "helo.example", "mx.example.org", "4F2A2", "ESMTP", true },
	{ "from [10.0.0.5] (pool.example [192.0.2.8] (may be forged)) (authenticated bits=0) by "
	  "mx.example.org (8.14.4/8.14.4) with ESMTP id qA1 (version=TLSv1 cipher=X); x",
	  "192.0.2.8", "pool.example", "[10.0.0.5]", "mx.example.org", "qA1", "ESMTP", true },
	{ "from host.example ([192.0.2.9]:5000 helo=other.example) by mx.example.org with esmtpsa "
	  "(TLS1.3) (Exim 4.96) (envelope-from <a@b.example>) id 1abc-0; x",
	  "192.0.2.9", "host.example", "other.example", "mx.example.org", "1abc-0", "esmtpsa", true },
	{ "from unknown (HELO me) (user@192.0.2.10) by mx.example.org with SMTP; 1 Jan 2024",
	  "192.0.2.10", "", "me", "mx.example.org", "", "SMTP", false },
	{ "from EX1.example.net (2001:db8::1) by EX2.example.net (2001:db8::2) with Microsoft SMTP "
	  "Server (version=TLS1_2) id 15.20.1; x",
	  "2001:db8::1", "EX1.example.net", "EX1.example.net", "EX2.example.net", "15.20.1",
	  "Microsoft", false },
	{ "from mail-f41.example.com (mail-f41.example.com. [192.0.2.41]) by mx.example.com with "
	  "SMTPS id a-b for <c@example.com> (Transport Security); x",
	  "192.0.2.41", "mail-f41.example.com", "mail-f41.example.com", "mx.example.com", "a-b",
	  "SMTPS", false },
};

T_TEST(reads_common_forms)
{
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		struct message_relay relay;

		t_int(parse(str_from(CASES[i].value), &relay), RECEIVED_RELAY);
		t_slice(relay.ip_text, CASES[i].ip);
		t_slice(relay.rdns, CASES[i].rdns);
		t_slice(relay.helo, CASES[i].helo);
		t_slice(relay.by, CASES[i].by);
		t_slice(relay.id, CASES[i].id);
		t_slice(relay.protocol, CASES[i].protocol);
		t_int(relay.authenticated, CASES[i].authenticated);
	}
}

/* What a header is: 'r'elay, 's'kipped, 'u'nreadable; has its server looked for a name in vain? */
static const struct {
	const char *value;
	char is;
	bool no_rdns;
} KINDS[] = {
	{ "", 's', false }, { "from", 's', false }, { "by mx.example.org with SMTP id 1; x", 's', false },
	{ "(qmail 1 invoked by uid 404); 1 Jan 2024 00:00:00 -0000", 's', false },
	{ "from localhost [127.0.0.1] by localhost with IMAP (fetchmail-6.2.4)", 's', false },
	{ "from a.example by localhost with POP3 (fetchmail-6.2.4); x", 's', false },
	{ "from mail pickup service by example.com with Microsoft SMTPSVC; "
	  "Mon, 1 Jan 2024 00:00:00 +0000", 's', false },
	{ "from a (user@localhost) by mx (8.9.3p2) with ESMTP id 1; x", 's', false },
	{ "from root by mx.example (Exim 4.96) with local id 1; x", 's', false },
	{ "from a.example by b.example; Mon, 1 Jan 2024 00:00:00 +0000", 's', false },
	{ "from a.example by b.example with ESMTP; Mon, 1 Jan 2024 00:00:00 +0000", 's', false },
	{ "from a (b [192.0.2.1])", 'u', false }, { "from agent by mail gateway", 'u', false },
	{ "From a (b [192.0.2.1]) by mx.example (Postfix) with SMTP; x", 'r', false },
	{ "from a - 192.0.2.1 by b.example with SMTP; x", 'u', false },
	{ "from a (b [192.0.2.300]) by c.example (Postfix) with SMTP; x", 'u', false },
	{ "from a (unknown [192.0.2.1]) by mx.example (Postfix) with SMTP id 1", 'r', true },
	{ "from a ([192.0.2.1]) by mx.example (8.14.4/8.14.4) with SMTP id 1", 'r', true },
	{ "from a ([192.0.2.1]) by mx.example with Microsoft SMTPSVC(6.0); x", 'r', false },
	{ "from a ([192.0.2.1] helo=b) by mx.example with esmtp (Exim 4.96) id 1", 'r', false },
	{ "from unknown (HELO a) (192.0.2.1) by mx.example with SMTP; x", 'r', false },
	{ "from a (softdnserr [192.0.2.1]) by mx.example with esmtp; x", 'r', false },
};

T_TEST(tells_what_a_header_is)
{
	static const char letters[] = { [RECEIVED_RELAY] = 'r', [RECEIVED_NO_RELAY] = 's',
		[RECEIVED_UNREADABLE] = 'u' };

	for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
		struct message_relay relay;
		char is = letters[parse(str_from(KINDS[i].value), &relay)];

		if (is != KINDS[i].is || relay.no_rdns != KINDS[i].no_rdns)
			printf("# %c, %d: %s\n", is, relay.no_rdns, KINDS[i].value);
		t_int(is, KINDS[i].is);
		t_int(relay.no_rdns, KINDS[i].no_rdns);
	}
}

T_TEST(keeps_the_sender_of_a_filter)
{
	struct message_relay relay;

	t_int(parse(STR("from 192.0.2.1 by b.example (envelope-from <jo@a.example>, uid 502) with "
		"qmail-scanner-1.24 (clamdscan: 0.80.); 06 Feb 2005 21:11:38 -0000"), &relay),
		RECEIVED_NO_RELAY);
	t_slice(relay.envfrom, "jo@a.example");
	t_int(parse(STR("from root by b.example with local (envelope-from <jo@a.example>) id 12"),
		&relay), RECEIVED_NO_RELAY);
	t_slice(relay.envfrom, "");
}

/* Many readings, many beginnings: given up, and never taken for a line that was read. */
T_TEST(floods_end)
{
	static const char *const FLOODS[] = { "((a[", "(x) [y", "[1.1.1.1]@", " (b [192.0.2.1]", " by ",
		" id ", "(AUTH: ", " with ", "helo=", "]) (authenticated", "IPv6:::1", ") by x" };

	for (size_t i = 0; i < sizeof FLOODS / sizeof *FLOODS; i++)
		for (size_t most = 4000; most < 300000; most *= 60) {
			struct buf text = {0};
			struct message_relay relay;

			buf_add_cstr(&text, "from a ");
			while (text.len < most)
				buf_add_cstr(&text, FLOODS[i]);
			t_true(parse(buf_str(&text), &relay) != RECEIVED_RELAY || most == 4000);
			buf_free(&text);
		}
}

/* " key=value" of an expectation, brackets as SpamAssassin writes them ('!'). */
static bool agrees(struct str expected, const char *key, struct str value, char *shown,
	size_t size)
{
	size_t at = str_find(expected, str_from(key)), end;
	struct str wanted;
	bool same;

	if (at == SIZE_MAX)
		return true;
	wanted = str_slice(expected, at + strlen(key), expected.len);
	end = str_find_byte(wanted, ' ');
	wanted.len = end == SIZE_MAX ? wanted.len : end;
	same = wanted.len == value.len;
	for (size_t i = 0; same && i < value.len; i++)
		same = wanted.ptr[i] == value.ptr[i] ||
			(wanted.ptr[i] == '!' && (value.ptr[i] == '[' || value.ptr[i] == ']'));
	if (!same)
		snprintf(shown, size, "%s%.*s, not %.*s", key, (int)value.len, value.ptr,
			(int)wanted.len, wanted.ptr);
	return same;
}

static bool same_relay(struct str expected, const struct message_relay *relay, char *why,
	size_t size)
{
	bool login = str_find(expected, STR(" auth= ")) == SIZE_MAX;

	if (login != relay->authenticated) {
		snprintf(why, size, "authenticated %d", relay->authenticated);
		return false;
	}
	return agrees(expected, " ip=", relay->ip_text, why, size) &&
		agrees(expected, " rdns=", relay->rdns, why, size) &&
		agrees(expected, " helo=", relay->helo, why, size) &&
		agrees(expected, " by=", relay->by, why, size) &&
		agrees(expected, " ident=", relay->ident, why, size) &&
		agrees(expected, " id=", relay->id, why, size) &&
		agrees(expected, " envfrom=", relay->envfrom, why, size);
}

T_TEST(agrees_with_spamassassin)
{
	size_t len, n = 0;
	char *text = t_read(t_shared("data/spamassassin/rcvd_parser.tsv"), &len);
	struct str rest = str_make(text, len);

	while (rest.len > 0) {
		size_t lf = str_find_byte(rest, '\n');
		struct str line = str_slice(rest, 0, lf);
		size_t tab = str_find_byte(line, '\t');
		struct message_relay relay;
		char why[600] = "";

		rest = lf == SIZE_MAX ? str_make(NULL, 0) : str_slice(rest, lf + 1, rest.len);
		if (line.len == 0 || line.ptr[0] == '#' || tab == SIZE_MAX)
			continue;
		struct str expected = str_slice(line, tab + 1, line.len);
		bool found = parse(str_slice(line, 0, tab), &relay) == RECEIVED_RELAY;

		n++;
		if (!t_int(found, expected.ptr[0] == '[') ||
			(found && !t_true(same_relay(expected, &relay, why, sizeof why))))
			printf("# differs (%s): %.*s\n", why, (int)tab, line.ptr);
	}
	t_int(n, 145);
}

T_TEST(origins)
{
	static const struct { const char *value, *ip; } ORIGINS[] = {
		{ "[192.0.2.7]", "192.0.2.7" }, { "192.0.2.7", "192.0.2.7" },
		{ "user@host via 2001:db8::7 [x]", "2001:db8::7" }, { "[192.0.2.700] 192.0.2.8", "192.0.2.8" },
		{ "none", "" }, { "", "" }, { "1.2.3", "" }, { "dead:beef", "" },
	};

	for (size_t i = 0; i < sizeof ORIGINS / sizeof *ORIGINS; i++) {
		struct message_relay relay;

		t_int(received_origin(str_from(ORIGINS[i].value), &relay), ORIGINS[i].ip[0] != '\0');
		t_int(relay.has_ip, ORIGINS[i].ip[0] != '\0');
		t_slice(relay.ip_text, ORIGINS[i].ip);
	}
}
