/* The checks, each asked of a mail that it hits and of one that it does not. */
#include "rules/checks_text.h"
#include "rules/testing.h"

enum { HEADERS_MAX = 20, RELAYS_MAX = 4 };

/* A mail from its headers, one a line; relays "IP NAME HELO BY" ('-' for none), newest first. */
struct mail {
	struct fact_header headers[HEADERS_MAX];
	struct fact_relay relays[RELAYS_MAX];
	struct facts facts;
};

static struct str cut(struct str *rest, char end)
{
	size_t at = str_find_byte(*rest, end);
	struct str word = str_slice(*rest, 0, at);
	*rest = at == SIZE_MAX ? STR("") : str_slice(*rest, at + 1, rest->len);
	return str_equal(word, STR("-")) ? STR("") : word;
}

static void read_mail(struct mail *mail, const char *headers, const char *relays,
	const char *sender)
{
	struct str rest = str_from(headers);
	*mail = (struct mail){ .facts = { .day = 20000, .headers = mail->headers,
		.relays = mail->relays, .mail_from = str_from(sender), .has_mail_from = sender } };
	while (rest.len) {
		struct str line = cut(&rest, '\n'), name = cut(&line, ':');
		t_need(mail->facts.headers_n < HEADERS_MAX);
		mail->headers[mail->facts.headers_n++] =
			(struct fact_header){ name, line, str_trim(line) };
	}
	for (rest = str_from(relays); rest.len;) {
		struct str line = cut(&rest, '\n');
		struct fact_relay *relay = &mail->relays[mail->facts.relays_n++];
		t_need(mail->facts.relays_n <= RELAYS_MAX);
		relay->ip_text = cut(&line, ' ');
		relay->has_ip = relay->ip_text.len > 0;
		relay->rdns = cut(&line, ' ');
		relay->helo = cut(&line, ' ');
		relay->by = cut(&line, ' ');
		relay->no_rdns = !relay->rdns.len && !str_equal(line, STR("not-asked"));
	}
}

struct check_case {
	const char *call, *headers;
	bool hit;
};

static void ask_cases(const struct check_case *cases, size_t n, bool as_relays)
{
	for (size_t i = 0; i < n; i++) {
		struct mail mail;
		char rules[500];
		read_mail(&mail, as_relays ? "From: a@example.com" : cases[i].headers,
			as_relays ? cases[i].headers : "", "a@example.com");
		snprintf(rules, sizeof rules, "header A eval:%s\n"
			"util_rb_tld com net example uk\nutil_rb_2tld co.uk\nscore A 1", cases[i].call);
		const char *hits = rules_hits(rules, &mail.facts);
		if (strcmp(hits, cases[i].hit ? "A" : "") != 0)
			printf("# %s of: %s\n", cases[i].call, cases[i].headers);
		t_str(hits, cases[i].hit ? "A" : "");
	}
}

#define RECEIVED "Received: from a by b; Mon, 12 Jan 2026 10:00:00 +0000\n"

T_TEST(headers)
{
	static const struct check_case cases[] = {
		{ "check_for_missing_to_header()", "From: a@b.example", true },
		{ "check_for_missing_to_header()", "Apparently-To: a@b.example", false },
		{ "check_illegal_chars('Subject', '0.00', '2')", "Subject: caf\xe9 cr\xe8me", true },
		{ "check_illegal_chars('Subject', '0.00', '2')", "Subject: \xa3 5 only", false },
		{ "check_illegal_chars('From', '0.00', '2')", "From: caf\xc3\xa9 <a@b.example>", false },
		{ "check_illegal_chars('From', '0.5', '2')", "From: caf\xe9 \xe8 <a@b.example>", false },
		{ "subject_is_all_caps()", "Subject: Re: BUY THIS NOW", true },
		{ "subject_is_all_caps()", "Subject: BUY THIS Now", false },
		{ "subject_is_all_caps()", "Subject: UNBELIEVABLE", false },
		{ "subject_is_all_caps()", "Subject: =?koi8-r?Q?X?= AND MORE OF IT", false },
		{ "check_for_to_in_subject('user')", "To: jo@b.example\nSubject: jo, read this", true },
		{ "check_for_to_in_subject('user')", "To: jo@b.example\nSubject: Re: dear Jo", true },
		{ "check_for_to_in_subject('user')", "To: jo@b.example\nSubject: job offers", false },
		{ "check_for_to_in_subject('address')", "To: jo@b.example\nSubject: for Jo@b.example!", true },
		{ "check_for_to_in_subject('address')", "To: jo@b.example\nSubject: banjo@b.example", false },
		{ "check_header_count_range('X-A', '2', '9')", "X-A: 1\nX-A: 2", true },
		{ "check_header_count_range('X-A', '2', '9')", "X-A: 1\nX-A: 1", false },
		{ "check_unresolved_template()", "X-Mailer: %RND_UC_CHAR", true },
		{ "check_unresolved_template()", "Subject: %RND_UC_CHAR\nX-Rate: 5%A day", false },
		{ "check_ratware_name_id()", "Message-Id: <ABCDEFGHIJKLMNOPQRSTUVWXYZAB.jo@b.example>\n"
			"From: \"Jo\" <jo@b.example>", true },
		{ "check_ratware_name_id()", "Message-Id: <ABCDEFGHIJKLMNOPQRSTUVWXYZAB.jo@b.example>\n"
			"From: \"Mo\" <mo@b.example>", false },
		{ "check_equal_from_domains()", "From: a@example.net", true },
		{ "check_equal_from_domains()", "From: b@mail.example.com", false },
		{ "check_for_matching_env_and_hdr_from()", "From: A@Example.com", true },
		{ "check_for_matching_env_and_hdr_from()", "From: b@example.com", false },
		{ "sorted_recipients()", "To: a@x.example, b@x.example, c@x.example, d@x.example\n"
			"Cc: e@x.example, f@x.example, g@x.example", true },
		{ "sorted_recipients()", "To: b@x.example, a@x.example, c@x.example, d@x.example\n"
			"Cc: e@x.example, f@x.example, g@x.example", false },
		{ "similar_recipients('0.65','undef')", "To: jo1@x.example, jo2@x.example, jo3@x.example, "
			"jo4@x.example, jo5@x.example", true },
		{ "similar_recipients('0.65','undef')", "To: jo1@x.example, jo2@x.example", false },
		{ "check_messageid_not_usable()", RECEIVED "List-Unsubscribe: <mailto:leave-1@b.example>", true },
		{ "check_messageid_not_usable()", RECEIVED "List-Unsubscribe: <mailto:1@b.example>", false },
	};
	ask_cases(cases, sizeof cases / sizeof *cases, false);
}

T_TEST(dates)
{
	static const struct check_case cases[] = {
		{ "check_for_shifted_date('-6', '-3')", RECEIVED "Date: Mon, 12 Jan 2026 06:00:00 +0000", true },
		{ "check_for_shifted_date('-6', '-3')", RECEIVED "Date: Mon, 12 Jan 2026 06:00:00 -0400", false },
		{ "check_for_shifted_date('-6', '-3')", RECEIVED "Date: Mon Jan 12 02:00:00 EDT 2026\n", false },
		{ "check_for_shifted_date('96', 'undef')", RECEIVED "Date: 31 Jun 26 10:00 GMT", true },
		{ "check_for_shifted_date('96', 'undef')", "Date: 31 Jun 26 10:00 GMT", false },
		/* the day of these mails is 4 October 2024 */
		{ "received_within_months('0', '2')", "Date: Mon, 12 Aug 2024 10:00:00 +0000", true },
		{ "received_within_months('2', '3')", "Date: Mon, 12 Aug 2024 10:00:00 +0000", false },
		{ "received_within_months('2', 'undef')", "Subject: no date", true },
		{ "received_within_months('0', '1')", "Date: Mon, 12 Aug 2024 10:00:00 +0000\n"
			"Received: from a by b; Mon, 30 Sep 2024 10:00:00 +0000", true },
		{ "check_for_forged_gw05_received_headers()", RECEIVED "Received: from a.example by gw05 with "
			"ESMTP; Thu, 21 Jun 2001 02:28:32 -0400", true },
		{ "check_for_forged_gw05_received_headers()", RECEIVED "Received: from a.example by gw.05 with "
			"ESMTP; Thu, 21 Jun 2001 02:28:32 -0400", false },
		{ "check_for_forged_gw05_received_headers()", "Received: from a.example by gw05 with "
			"ESMTP; Thu, 21 Jun 2001 02:28:32 -0400", false },
		{ "check_outlook_message_id()", RECEIVED "Date: Mon, 12 Jan 2026 10:00:00 +0000\n"
			"Message-Id: <000a01dc000000$12345678$9abcdef0@b>", false },
		{ "check_outlook_message_id()", RECEIVED "Date: Mon, 12 Jan 2026 10:00:00 +0000\n"
			"Message-Id: <000a01c2a5b0$12345678$9abcdef0@b>", true },
	};
	ask_cases(cases, sizeof cases / sizeof *cases, false);
}

T_TEST(received)
{
	static const struct check_case cases[] = {
		{ "gated_through_received_hdr_remover()", "To: a@b.example", true },
		{ "gated_through_received_hdr_remover()", RECEIVED, false },
		{ "gated_through_received_hdr_remover()", "Mailing-List: contact a@b.example; run by ezmlm\n"
			"Delivered-To: mailing list c@b.example\n"
			"Received: (qmail 17 invoked from network); 5 Sep 2026 08:02:24 -0000", true },
		{ "check_for_forged_yahoo_received_headers()", RECEIVED "From: a@yahoo.com", true },
		{ "check_for_forged_yahoo_received_headers()", RECEIVED "From: a@notyahoo.com", false },
		{ "check_for_forged_yahoo_received_headers()", "From: a@yahoo.com\n"
			"Received: from [192.0.2.1] by web12.mail.mud.yahoo.com via HTTP; x", false },
		{ "check_for_no_hotmail_received_headers()", RECEIVED "From: a@hotmail.com", true },
		{ "check_for_no_hotmail_received_headers()", "From: a@hotmail.com\nX-Originating-Ip: 192.0.2.1\n"
			"Received: from hotmail.com (f1.law8.hotmail.com [192.0.2.9]) by b", false },
		{ "check_for_forged_hotmail_received_headers()", "From: a@b.example\n"
			"Received: from hotmail.com (x.example [192.0.2.9]) by b", true },
		{ "check_for_forged_hotmail_received_headers()", RECEIVED, false },
		{ "check_for_forged_gmail_received_headers()", RECEIVED "From: a@gmail.com", true },
		{ "check_for_forged_gmail_received_headers()", RECEIVED "From: a@gmail.com\n"
			"X-Received: by 10.1.2.3 with SMTP id x1", false },
		{ "check_for_forged_juno_received_headers()", RECEIVED "From: a@juno.com", true },
		{ "check_for_forged_juno_received_headers()", RECEIVED "From: a@b.example", false },
		{ "check_for_forged_eudoramail_received_headers()", RECEIVED "From: a@eudoramail.com", true },
		{ "check_for_forged_eudoramail_received_headers()", "From: a@eudoramail.com\n"
			"X-Sender-Ip: 192.0.2.1\nReceived: from x by mail.whowhere.com; x", false },
		{ "check_for_fake_aol_relay_in_rcvd()", "Received: from x by rly-xw01.mx.example with QMQP", true },
		{ "check_for_fake_aol_relay_in_rcvd()", "Received: from x by rly-xw01.mx.example with ESMTP id "
			"RELAYIN7-05", false },
	};
	ask_cases(cases, sizeof cases / sizeof *cases, false);
}

T_TEST(relays)
{
	static const struct check_case cases[] = {
		{ "check_for_numeric_helo()", "203.0.114.5 - 203.0.114.5 mx.example.net", true },
		{ "check_for_numeric_helo()", "203.0.114.5 - 10.1.2.3 mx.example.net", false },
		{ "helo_ip_mismatch()", "203.0.114.5 - 203.0.115.5 mx.example.net", true },
		{ "helo_ip_mismatch()", "203.0.114.5 - 203.0.114.9 mx.example.net", false },
		{ "check_all_trusted()", "10.1.2.3 - a mx.example.net", true },
		{ "check_all_trusted()", "10.1.2.3 - a mx.example.net\n8.8.8.8 - b mx.example.net", false },
		{ "check_no_relays()", "- - a -", true },
		{ "check_no_relays()", "8.8.8.8 - a -", false },
		{ "check_for_no_rdns_dotcom_helo()", "8.8.8.8 - mx.hotmail.com -", true },
		{ "check_for_no_rdns_dotcom_helo()", "8.8.8.8 - mx.nothotmail.com -", false },
		{ "check_for_no_rdns_dotcom_helo()", "8.8.8.8 - mx.hotmail.com - not-asked", false },
		{ "check_for_no_rdns_dotcom_helo()", "8.8.8.8 - mx.hotmail.com -\n8.8.8.9 - a -", false },
		{ "check_for_no_rdns_dotcom_helo()", "8.8.8.8 x.example mx.hotmail.com -", false },
		{ "check_for_sender_no_reverse()", "8.8.8.8 x.example a -", true },
		{ "check_for_sender_no_reverse()", "8.8.8.8 - a -", false },
		{ "check_for_from_domain_in_received_headers('example.com', 'true')",
			"8.8.8.8 a.example.com a b.example.com", true },
		{ "check_for_from_domain_in_received_headers('example.com', 'true')",
			"8.8.8.8 a.example.com a b.example.net", false },
		{ "check_for_from_domain_in_received_headers('example.com', 'false')",
			"8.8.8.8 a.example.com a b.example.net", true },
		{ "check_for_forged_received_trail()", "8.8.8.8 a.one.com a mx.example.net\n"
			"8.8.8.9 b.two.com b mx.three.com\n8.8.8.10 c.four.com c mx.five.com", true },
		{ "check_for_forged_received_trail()", "8.8.8.8 a.one.com a mx.example.net\n"
			"8.8.8.9 b.two.com b mx.one.com\n8.8.8.10 c.four.com c mx.two.com", false },
		{ "check_for_forged_received_trail()", "127.0.0.1 localhost.localdomain a mx.one.com\n"
			"8.8.8.9 b.two.com b mx.three.com\n8.8.8.10 c.four.com c mx.five.com", false },
		{ "check_for_forged_received_trail()", "8.8.8.8 a.x.c-d a mx.example.net\n"
			"8.8.8.9 b.two.com b mx.three.com\n8.8.8.10 c.four.com c mx.five.com", false },
		{ "check_for_forged_received_ip_helo()", "8.8.8.8 - 9.9.9.9 mx.example.net", true },
		{ "check_for_forged_received_ip_helo()", "8.8.8.8 - 8.8.9.9 mx.example.net", false },
		{ "check_mailfrom_matches_rcvd()", "8.8.8.8 mx1.out.example.com a -", true },
		{ "check_mailfrom_matches_rcvd()", "8.8.8.8 mx1.example.co.uk a -", false },
		{ "check_mailfrom_matches_rcvd()", "8.8.8.8 - a -\n8.8.8.9 mx1.example.com b -", false },
	};
	ask_cases(cases, sizeof cases / sizeof *cases, true);
}

T_TEST(unreadable_relays)
{
	static const char rules[] = "header A eval:check_relays_unparseable()\n"
		"header B eval:check_all_trusted()\nheader C eval:check_no_relays()";
	struct mail mail;
	read_mail(&mail, "", "10.1.2.3 - a mx.example.net", "");
	t_str(rules_hits(rules, &mail.facts), "B");
	mail.facts.relays_unreadable = 1;
	t_str(rules_hits(rules, &mail.facts), "A");
	read_mail(&mail, "", "- - a -", "");
	t_str(rules_hits(rules, &mail.facts), "C");
	mail.facts.relays_unreadable = 1;
	t_str(rules_hits(rules, &mail.facts), "A");
}

static const char *list_hits(const char *rules, const char *sender, const char *headers,
	const char *relays)
{
	struct mail mail;
	static const struct fact_url urls[] = {
		{ .raw = { "http://a.pills.example/", 23 }, .url = { "http://a.pills.example/", 23 },
		  .host = { "a.pills.example", 15 } },
	};
	read_mail(&mail, headers, relays, sender);
	mail.facts.urls = urls;
	mail.facts.urls_n = 1;
	return rules_hits(rules, &mail.facts);
}

T_TEST(lists)
{
	const char *from = "From: Jo <Jo@Example.com>\nTo: mo@example.net";
	t_str(list_hits("blocklist_from *@example.com\nheader A eval:check_from_in_blacklist()",
		"x@x.example", from, ""), "A");
	t_str(list_hits("blocklist_from *@example.co\nheader A eval:check_from_in_blocklist()",
		"x@x.example", from, ""), "");
	t_str(list_hits("blacklist_from x@?.example\nheader A eval:check_from_in_blocklist()",
		"x@x.example", from, ""), "A");
	t_str(list_hits("more_spam_to mo@*\nall_spam_to lo@*\nheader A eval:check_to_in_more_spam()\n"
		"header B eval:check_to_in_all_spam()", "x@x.example", from, ""), "A");
	t_str(list_hits("enlist_addrlist (L) *@example.com\nheader A eval:check_from_in_list('L')\n"
		"header B eval:check_to_in_list('L')\nheader C eval:check_replyto_in_list('L')",
		"x@x.example", from, ""), "A");
	t_str(list_hits("blocklist_subject free*pills\nheader A eval:check_subject_in_blocklist()",
		"", "Subject: some Free Red Pills here", ""), "A");
	t_str(list_hits("blocklist_uri_host pills.example\nwelcomelist_uri_host example !pills.example\n"
		"body A eval:check_uri_host_in_blocklist()\nbody B eval:check_uri_host_in_welcomelist()",
		"", from, ""), "A");
	t_str(list_hits("body A eval:check_uri_host_listed('NONE')", "", from, ""), "");
}

T_TEST(welcome_with_relay)
{
	const char *rules = "welcomelist_from_rcvd jo@example.com example.com\n"
		"def_welcomelist_from_rcvd *@example.net [8.8.8.0/24]\n"
		"header A eval:check_from_in_welcomelist()\nheader B eval:check_forged_in_welcomelist()\n"
		"header C eval:check_from_in_default_welcomelist()\n"
		"header D eval:check_forged_in_default_welcomelist()";
	const char *jo = "From: jo@example.com", *mo = "From: mo@example.net";
	t_str(list_hits(rules, "x@x.example", jo, "8.8.8.8 mx.example.com a -"), "A");
	t_str(list_hits(rules, "x@x.example", jo, "8.8.8.8 mx.badexample.com a -"), "B");
	t_str(list_hits(rules, "x@x.example", jo, "8.8.8.8 x.example a -\n8.8.8.9 mx.example.com a -"),
		"B");
	t_str(list_hits(rules, "x@x.example", mo, "8.8.8.8 - a -"), "C");
	t_str(list_hits(rules, "x@x.example", mo, "8.8.9.8 - a -"), "D");
}

#define FREE "freemail_domains free.example *.post.example\nutil_rb_tld example com\n"

T_TEST(freemail)
{
	const char *from = FREE "header A eval:check_freemail_from()\n"
		"header B eval:check_freemail_from('\\d@')";
	t_str(list_hits(from, "x@x.example", "From: jo1@free.example", ""), "A B");
	t_str(list_hits(from, "x@x.example", "From: jo@a.post.example", ""), "A");
	t_str(list_hits(from, "x@x.example", "From: info@free.example", ""), "");
	t_str(list_hits(from, "x@x.example", "From: jo@notfree.example", ""), "");
	t_str(list_hits(FREE "header A eval:check_freemail_header('EnvelopeFrom', '\\d@')",
		"jo7@free.example", "From: x@x.example", ""), "A");

	const char *reply = FREE "header A eval:check_freemail_replyto('replyto')";
	t_str(list_hits(reply, "x@x.example",
		"From: jo@free.example\nReply-To: mo@free.example", ""), "A");
	t_str(list_hits(reply, "x@x.example",
		"From: jo@free.example\nReply-To: Jo@free.example", ""), "");
	t_str(list_hits(reply, "owner-list@x.example",
		"From: jo@free.example\nReply-To: mo@free.example", ""), "");
}

T_TEST(freemail_body)
{
	struct mail mail;
	struct str body[] = { STR("Write to Lo@Free.example."), STR("jo@free.example wrote:"),
		STR("<ho@free.example> http://x.example/?ko@free.example") };
	const char *rules = FREE "header A eval:check_freemail_body()\n"
		"header B eval:check_freemail_body('^(?!lo)')\n"
		"header C eval:check_freemail_replyto('reply')";
	read_mail(&mail, "From: jo@free.example", "", "x@x.example");
	mail.facts.body = body;
	mail.facts.body_n = 3;
	t_str(rules_hits(rules, &mail.facts), "A C");
	mail.facts.body = body + 1;
	mail.facts.body_n = 2;
	t_str(rules_hits(rules, &mail.facts), "");
}

T_TEST(body)
{
	struct mail mail;
	struct str body[] = { STR("a b c d e f") };
	struct str uris[] = { STR("http://r.a.com/?http://b.com/") };
	const char *rules = "util_rb_tld com\nbody A eval:tvd_vertical_words('50', '100')\n"
		"body B eval:tvd_vertical_words('0', '10')\nbody C eval:check_for_http_redirector()";
	read_mail(&mail, "", "", "");
	mail.facts.body = body;
	mail.facts.body_n = 1;
	mail.facts.uris = uris;
	mail.facts.uris_n = 1;
	t_str(rules_hits(rules, &mail.facts), "A C");
	body[0] = STR("abcdef abcdefghijklmnop");
	uris[0] = STR("http://r.a.com/?http://a.com/");
	t_str(rules_hits(rules, &mail.facts), "B");
}

T_TEST(unknown)
{
	struct mail mail;
	read_mail(&mail, "From: a@b.example", "", NULL);
	t_str(rules_hits("header A eval:check_equal_from_domains()\nmeta B !A", &mail.facts),
		"A:sender-unknown B:part-unknown");
	t_str(rules_hits("body A eval:check_for_mime('mime_qp_count')", &mail.facts),
		"A:parts-not-read");
}

T_TEST(text)
{
	struct mail mail;
	static char shout[250], lines[] = "a\n\n \n\nb\n";
	struct str body[] = { { shout, sizeof shout } }, raw[] = { { lines, sizeof lines - 1 } };
	const char *rules = "body A eval:check_for_uppercase('50', '75')\n"
		"body B eval:check_for_uppercase('75', '100')\n"
		"body C eval:check_blank_line_ratio('50', '60', '4')\n"
		"body D eval:check_blank_line_ratio('50', '60', '6')\nbody E eval:check_body_length('128')";
	for (size_t i = 0; i < sizeof shout; i++)
		shout[i] = i % 5 == 4 ? ' ' : 'A';
	read_mail(&mail, "", "", "");
	mail.facts.has_tree = true;
	mail.facts.body = body;
	mail.facts.rawbody = raw;
	mail.facts.body_n = mail.facts.rawbody_n = 1;
	mail.facts.body_bytes = 128;
	t_str(rules_hits(rules, &mail.facts), "B C E");
	for (size_t i = 0; i < sizeof shout; i += 5)
		shout[i] = shout[i + 1] = 'a';
	mail.facts.body_bytes = 129;
	t_str(rules_hits(rules, &mail.facts), "C");
	body[0].len = 150;
	t_str(rules_hits(rules, &mail.facts), "C");
}

T_TEST(url_disguise)
{
	static const struct fact_url urls[] = {
		{ .raw = { "http://a@b.example/", 19 }, .disguise = DISGUISE_USERINFO },
		{ .raw = { "http://0x4d030409/", 18 }, .disguise = DISGUISE_NUMERIC | DISGUISE_PERCENT },
	};
	const char *rules = "uri A eval:check_url_disguise('userinfo')\n"
		"uri B eval:check_url_disguise('percent', 'userinfo')\n"
		"uri C eval:check_url_disguise('human', 'nested')\n"
		"meta D B == 2\nscore D 1\n";
	struct mail mail;

	read_mail(&mail, "", "", "");
	t_str(rules_hits(rules, &mail.facts), "");
	mail.facts.urls = urls;
	mail.facts.urls_n = 2;
	t_str(rules_hits(rules, &mail.facts), "A B D");
}

/* Each word is one that the table knows, and the table knows each. */
T_TEST(url_disguise_words)
{
	const struct check_entry *entry = check_find(STR("check_url_disguise"));
	struct str first = STR("userinfo"), args[] = { first, STR("userinf") };
	struct check_call call = { .entry = entry, .args = args, .args_n = 1 };

	t_need(entry);
	for (unsigned i = 0; i < DISGUISES; i++) {
		args[0] = str_from(disguise_name(i));
		t_true(check_is_here(&call));
	}
	call.args_n = 2;
	t_true(!check_is_here(&call));
	call.args_n = 0;
	t_true(!check_is_here(&call));
}

T_TEST(hidden_text)
{
	struct mail mail;
	const char *rules = "body A eval:check_hidden_text('100')\n"
		"body B eval:check_hidden_text('10', '50')\nbody C eval:check_hidden_text('10', '51')";

	read_mail(&mail, "", "", "");
	t_str(rules_hits("body A eval:check_hidden_text('0', '0')", &mail.facts), "");
	mail.facts.text_shown = mail.facts.text_hidden = 99;
	t_str(rules_hits(rules, &mail.facts), "B");
	mail.facts.text_hidden = 100;
	t_str(rules_hits(rules, &mail.facts), "A B");
	mail.facts.text_hidden = 9;
	mail.facts.text_shown = 0;
	t_str(rules_hits(rules, &mail.facts), "");
}

T_TEST(patterns_of_addresses)
{
	static const struct { const char *pattern, *text; bool matches; } cases[] = {
		{ "a@b.example", "A@B.example", true }, { "a@b.example", "xa@b.example", false },
		{ "*@b.example", "jo@b.example", true }, { "*@b.example", "jo@ab.example", false },
		{ "*@*.example", "jo@b.example", true }, { "*@*.example", "jo@example", false },
		{ "jo*", "jo@b", true }, { "jo*", "mo@jo", false }, { "*", "", true }, { "", "", true },
		{ "", "a", false }, { "?@b", "a@b", true }, { "?@b", "@b", false }, { "a?", "a", false },
		{ "*a*b", "xaab", true }, { "*ab*ab", "ab", false }, { "ab*ba", "aba", false },
		{ "**b", "b", true }, { "*b", "a", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (!t_true(checks_glob(str_from(cases[i].pattern), str_from(cases[i].text)) ==
		    cases[i].matches))
			printf("# %s of %s\n", cases[i].pattern, cases[i].text);
}

T_TEST(older_names)
{
	const char *from = "From: jo@example.com\nTo: mo@example.net\nSubject: good news";
	const char *welcome = "welcomelist_from_rcvd jo@example.com example.com\n"
		"def_welcomelist_from_rcvd jo@example.com example.com\n"
		"header A eval:check_from_in_whitelist()\nheader B eval:check_forged_in_whitelist()\n"
		"header C eval:check_from_in_default_whitelist()\n"
		"header D eval:check_forged_in_default_whitelist()";
	t_str(list_hits(welcome, "x@x.example", from, "8.8.8.8 mx.example.com a -"), "A C");
	t_str(list_hits("welcomelist_from_rcvd jo@example.com example.com\n"
		"header A eval:check_forged_in_whitelist()", "x@x.example", from,
		"8.8.8.8 x.example a -"), "A");
	t_str(list_hits("def_welcomelist_from_rcvd jo@example.com example.com\n"
		"header A eval:check_forged_in_default_whitelist()", "x@x.example", from,
		"8.8.8.8 x.example a -"), "A");
	const char *to = "header A eval:check_to_in_blacklist()\nheader B eval:check_to_in_blocklist()\n"
		"header C eval:check_to_in_whitelist()\nheader D eval:check_to_in_welcomelist()\n"
		"header E eval:check_subject_in_blacklist()\nheader F eval:check_subject_in_whitelist()\n"
		"header G eval:check_subject_in_welcomelist()\n"
		"body H eval:check_uri_host_in_blacklist()\nbody I eval:check_uri_host_in_whitelist()";
	char rules[1000];
	t_str(list_hits(to, "x@x.example", from, ""), "");
	snprintf(rules, sizeof rules, "blacklist_to mo@*\nblacklist_subject news\n"
		"blocklist_uri_host pills.example\n%s", to);
	t_str(list_hits(rules, "x@x.example", from, ""), "A B E H");
	snprintf(rules, sizeof rules, "whitelist_to mo@*\nwhitelist_subject news\n"
		"welcomelist_uri_host pills.example\n%s", to);
	t_str(list_hits(rules, "x@x.example", from, ""), "C D F G I");
}

T_TEST(bounces)
{
	const char *rules = "header A eval:have_any_bounce_relays()\n"
		"header B eval:check_welcomelist_bounce_relays()\n"
		"header C eval:check_whitelist_bounce_relays()";
	char with[400];
	t_str(list_hits(rules, "", "From: a@b.example", ""), "");
	snprintf(with, sizeof with, "welcomelist_bounce_relays mx.example.net\n%s", rules);
	t_true(strstr(list_hits(with, "", "From: a@b.example", ""), "A") != NULL);
}

T_TEST(what_never_hits)
{
	t_str(list_hits("header A eval:check_for_illegal_ip()\n"
		"header B eval:check_for_unique_subject_id()\n"
		"header C eval:check_for_faraway_charset_in_headers()", "x@x.example",
		"Subject: =?koi8-r?Q?=C1?= 12345abcde", "1.2.3.4 - 0.0.0.0 -"), "");
}

T_TEST(long_links)
{
	struct mail mail;
	static char link[8300] = "http://a.example/";
	struct fact_url url = { .raw = { link, 100 }, .url = { link, 100 },
		.host = STR("a.example") };
	struct str uri = { link, 100 };
	memset(link + 17, 'x', sizeof link - 18);
	read_mail(&mail, "", "", "");
	mail.facts.urls = &url;
	mail.facts.uris = &uri;
	mail.facts.urls_n = mail.facts.uris_n = 1;
	t_str(rules_hits("body A eval:check_uri_truncated()", &mail.facts), "");
	url.raw.len = url.url.len = uri.len = 8299;
	t_str(rules_hits("body A eval:check_uri_truncated()", &mail.facts), "A");
}

T_TEST(made_of_the_recipient)
{
	const char *rules = "util_rb_tld com\nheader A eval:check_ratware_envelope_from()";
	const char *to = "To: jo@mail.example.com";
	t_str(list_hits(rules, "x.example.com.jo@bad.com", to, ""), "A");
	t_str(list_hits(rules, "x.example.com.mo@bad.com", to, ""), "");
	const char *groups = "header A eval:check_for_msn_groups_headers()";
	t_str(list_hits(groups, "", "To: <x@groups.msn.com>\nMessage-Id: <x1groups.msn.com>\n"
		"Received: from mail pickup service by p12groups.msn.com with y; x", ""), "A");
	t_str(list_hits(groups, "", "To: <x@groups.msn.com>\nMessage-Id: <x1@a.example>\n"
		"Received: from mail pickup service by p12groups.msn.com with y; x", ""), "");
}
