/* Tests of received: the common programs' forms, and how many of SpamAssassin's cases hold. */
#include "message/received.h"

#include <stdio.h>
#include <string.h>

#include "test-harness/t.h"

static const struct {
	const char *value, *ip, *rdns, *helo, *by, *id, *protocol;
	bool authenticated;
} CASES[] = {
	{ "from helo.example (rdns.example [192.0.2.7]) by mx.example.org (Postfix) with ESMTPS "
	  "id 4F2A1 for <a@example.org>; Mon, 1 Jan 2024 00:00:00 +0000 (UTC)",
	  "192.0.2.7", "rdns.example", "helo.example", "mx.example.org", "4F2A1", "ESMTPS", false },
	{ "from helo.example (unknown [IPv6:2001:db8::7]) (using TLSv1.3) (Authenticated sender: u) "
	  "by mx.example.org (Postfix) with ESMTP id 1; x",
	  "2001:db8::7", "", "helo.example", "mx.example.org", "1", "ESMTP", true },
	{ "from [10.0.0.5] (pool.example [192.0.2.8] (may be forged)) (authenticated bits=0) by "
	  "mx.example.org (8.14.4/8.14.4) with ESMTP id q1 (version=TLSv1 cipher=X); x",
	  "192.0.2.8", "pool.example", "[10.0.0.5]", "mx.example.org", "q1", "ESMTP", true },
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

		t_true(received_parse(str_from(CASES[i].value), &relay));
		t_slice(relay.ip_text, CASES[i].ip);
		t_slice(relay.rdns, CASES[i].rdns);
		t_slice(relay.helo, CASES[i].helo);
		t_slice(relay.by, CASES[i].by);
		t_slice(relay.id, CASES[i].id);
		t_slice(relay.protocol, CASES[i].protocol);
		t_int(relay.authenticated, CASES[i].authenticated);
	}
}

T_TEST(passes_over_what_is_no_relay)
{
	static const char *const NONE[] = {
		"", "from", "from ", "by mx.example.org with SMTP id 1; x",
		"(qmail 1 invoked by uid 404); 1 Jan 2024 00:00:00 -0000",
		"from localhost [127.0.0.1] by localhost with IMAP (fetchmail-6.2.4); x",
		"from mail pickup service by example.com with Microsoft SMTPSVC; x",
		"from a (b [192.0.2.1])", "from a (user@localhost) by mx (8.9.3p2) with ESMTP id 1; x"
	};

	for (size_t i = 0; i < sizeof NONE / sizeof *NONE; i++) {
		struct message_relay relay;

		t_true(!received_parse(str_from(NONE[i]), &relay));
	}
}

T_TEST(floods_end)
{
	struct buf text = {0};
	struct message_relay relay;

	buf_add_cstr(&text, "from a ");
	for (int i = 0; i < 200000; i++)
		buf_add_cstr(&text, "((a[");
	t_true(!received_parse(buf_str(&text), &relay));
	buf_free(&text);
	buf_add_cstr(&text, "from a ");
	for (int i = 0; i < 100000; i++)
		buf_add_cstr(&text, "(x) [y");
	buf_add_cstr(&text, " by z");
	t_true(!received_parse(buf_str(&text), &relay));
	buf_free(&text);
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

/* Not all of them hold: forms of programs long gone, and SpamAssassin's own quirks. */
T_TEST(agrees_with_spamassassin_mostly)
{
	size_t len, n = 0, right = 0;
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
		bool found = received_parse(str_slice(line, 0, tab), &relay);
		bool same = found == (expected.ptr[0] == '[');
		if (!same) {
			snprintf(why, sizeof why, "a relay: %d", found);
		} else if (found) {
			bool auth = str_find(expected, STR(" auth= ")) == SIZE_MAX;

			same = agrees(expected, " ip=", relay.ip_text, why, sizeof why) &&
				agrees(expected, " rdns=", relay.rdns, why, sizeof why) &&
				agrees(expected, " helo=", relay.helo, why, sizeof why) &&
				agrees(expected, " by=", relay.by, why, sizeof why) &&
				agrees(expected, " ident=", relay.ident, why, sizeof why) &&
				agrees(expected, " id=", relay.id, why, sizeof why) &&
				agrees(expected, " envfrom=", relay.envfrom, why, sizeof why);
			if (same && auth != relay.authenticated) {
				snprintf(why, sizeof why, "authenticated %d", relay.authenticated);
				same = false;
			}
		}
		n++;
		right += same;
		if (!same)
			printf("# differs (%s): %.*s\n", why, (int)tab, line.ptr);
	}
	printf("# %zu of %zu as SpamAssassin\n", right, n);
	t_true(right * 100 >= n * 90);
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
