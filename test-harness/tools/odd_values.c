/* odd_values: mails whose every value is odd, told to a milter as no sane MTA would.
 *
 *     odd_values SOCKET      one mail for each value, at each place where a value can stand
 *
 * Each mail says "mark me" in its Subject and brings forged headers. For each one line is printed:
 * "PLACE NUMBER: ANSWER deleted=N inserted=N", then what was not right: an answer that never came,
 * a header or reply with a byte that is not printable ASCII, a forgery that was not deleted. The
 * status is 1 when there was any. What depeerd logged is the caller's to check.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>

#include "test-harness/fake_mta.h"

enum { LONG = 60000, MACRO_LONG = 1000 };

enum place { CLIENT_NAME, HELO, SENDER, RECIPIENT, QUEUE_ID, AUTH, HEADER_NAME, HEADER_VALUE,
	SUBJECT, PLACES };
static const char *const place_names[PLACES] = { "client-name", "helo", "sender", "recipient",
	"queue-id", "auth", "header-name", "header-value", "subject" };

/* Values end at the first NUL on the wire. */
static const char *const values[] = {
	"", " ", "\n", "a\r\nb", "a\nX-Depeer-Score: 0", "\x1b[2J\x1b]0;x\x07", "\x9b" "2J",
	"\xc2\x9b" "2J", "\xe2\x80\xae" "txt", "%", "%s%n%s%n%s%n", "%%%", "100%", "\"", "'", "\\",
	"a b", "a=b", "action=accept score=0.0/10.0", "a,b", "x: action=accept", "\t", "\x7f",
	"\x80\xff", "<>", "<<>>", "(", ")", "@", "[", "[]", "[1.2.3.4", "[IPv6:::1]", "a;b", "!", ":",
	"::", "-", "none", "unknown", ".", "..", "\x01\x02\x03", "$(id)", "`id`", "../../x",
	"http://pills.example/", "=?utf-8?Q?=0AX:_y?=", "X-Depeer-Score", "X-Depeer-Score ",
	"x-dEPEER-sCORE\t \t", "X-DEPEER", "X-Spam-Flag  ", "x-spam-", " X-Spam-Flag",
};
enum {
	VALUES = sizeof values / sizeof *values,
	LONG_VALUES = 3,
	ALL_VALUES = VALUES + LONG_VALUES
};

/* The forged headers that come with each mail; all must go. */
static const char *const forged[] = { "X-Depeer-Score", "x-depeer-score", "X-Depeer-Score ",
	"X-DEPEER-SCORE\t", "X-Spam-Flag", "x-SPAM-flag", "X-Spam-Status\t ", "X-Depeer-Nonsense" };
enum { FORGED = sizeof forged / sizeof *forged };

struct talk {
	struct fake_mta *mta;
	uint32_t steps;
	char answer;           /* the last one, a SMFIR_* or 0: lost */
	unsigned deleted, inserted;
	char wrong[400];
};

static void wrong(struct talk *talk, const char *text)
{
	size_t used = strlen(talk->wrong);

	if (used + strlen(text) + 3 < sizeof talk->wrong)
		snprintf(talk->wrong + used, sizeof talk->wrong - used, "; %s", text);
}

static bool printable(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((text.ptr[i] < ' ' || text.ptr[i] > '~') && text.ptr[i] != '\0')
			return false;
	return true;
}

/* Folded headers have LF and TAB, a prefixed Subject the rest of the sender's. */
static void check_edit(struct talk *talk, char command, struct str payload)
{
	struct str value = str_slice(payload, 4, payload.len);

	if (command == SMFIR_INSHEADER) {
		talk->inserted++;
		for (size_t i = 0; i < value.len; i++)
			if ((value.ptr[i] < ' ' || value.ptr[i] > '~') && !strchr("\n\t", value.ptr[i]))
				return wrong(talk, "a byte in our header");
	} else if (command == SMFIR_CHGHEADER && payload.len > 0 &&
		payload.ptr[payload.len - 2] == '\0') {
		talk->deleted++;
	} else if (command == SMFIR_REPLYCODE && !printable(payload)) {
		wrong(talk, "a byte in our reply");
	} else if (command == SMFIR_QUARANTINE && !printable(payload)) {
		wrong(talk, "a byte in our reason");
	}
}

static bool is_edit(char command)
{
	return memchr("hmiqp+-e", command, 8) != NULL;
}

/* Sends one step, and waits for its answer if one was agreed. False: the mail is over. */
static bool step(struct talk *talk, char command, uint32_t no_reply, struct str payload)
{
	struct str answer = { 0 };
	int got;

	if (fake_mta_packet(talk->mta, command, payload) != 0) {
		wrong(talk, "depeerd hung up");
		talk->answer = 0;
		return false;
	}
	if (talk->steps & no_reply)
		return true;
	do {
		got = fake_mta_read(talk->mta, &answer);
		if (got <= 0) {
			wrong(talk, "no answer");
			talk->answer = 0;
			return false;
		}
		check_edit(talk, (char)got, answer);
	} while (is_edit((char)got));
	talk->answer = (char)got;
	return talk->answer == SMFIR_CONTINUE || talk->answer == SMFIR_SKIP;
}

static void add(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text) + 1);
}

static bool text_step(struct talk *talk, char command, uint32_t no_reply, const char *a,
	const char *b)
{
	struct buf buf = { 0 };
	bool on;

	add(&buf, a);
	if (b)
		add(&buf, b);
	on = step(talk, command, no_reply, buf_str(&buf));
	buf_free(&buf);
	return on;
}

static void macros(struct talk *talk, char command, const char *name, const char *value)
{
	struct buf buf = { 0 };

	buf_add_byte(&buf, command);
	add(&buf, name);
	add(&buf, value);
	fake_mta_packet(talk->mta, SMFIC_MACRO, buf_str(&buf));
	buf_free(&buf);
}

static bool connect_step(struct talk *talk, const char *name)
{
	struct buf buf = { 0 };
	bool on;

	add(&buf, name);
	buf_add(&buf, "4\x00\x19", 3);
	add(&buf, "198.51.100.7");
	on = step(talk, SMFIC_CONNECT, SMFIP_NR_CONN, buf_str(&buf));
	buf_free(&buf);
	return on;
}

static bool headers(struct talk *talk, enum place place, const char *value)
{
	if (place == HEADER_NAME && !text_step(talk, SMFIC_HEADER, SMFIP_NR_HDR, value, "v"))
		return false;
	for (size_t i = 0; i < FORGED; i++)
		if (!text_step(talk, SMFIC_HEADER, SMFIP_NR_HDR, forged[i],
			place == HEADER_VALUE ? value : "v"))
			return false;
	return (place != SUBJECT || text_step(talk, SMFIC_HEADER, SMFIP_NR_HDR, "Subject", value)) &&
		text_step(talk, SMFIC_HEADER, SMFIP_NR_HDR, "Subject", "mark me");
}

static void mail(struct talk *talk, enum place place, const char *value)
{
	static char chunk[65535];
	const char *id = place == QUEUE_ID ? value : "4F2A1";

	memset(chunk, 'x', sizeof chunk);
	if (!connect_step(talk, place == CLIENT_NAME ? value : "mail.there.example") ||
		!text_step(talk, SMFIC_HELO, SMFIP_NR_HELO, place == HELO ? value : "there", NULL))
		return;
	macros(talk, SMFIC_MAIL, place == AUTH ? "{auth_authen}" : "i", place == AUTH ? value : id);
	if (!text_step(talk, SMFIC_MAIL, SMFIP_NR_MAIL, place == SENDER ? value : "<a@there.example>",
		NULL))
		return;
	macros(talk, SMFIC_RCPT, "i", id);
	if (!text_step(talk, SMFIC_RCPT, SMFIP_NR_RCPT, place == RECIPIENT ? value : "<u@here.example>",
		NULL))
		return;
	macros(talk, SMFIC_DATA, "i", id);
	if (!(talk->steps & SMFIP_NODATA) &&
		!step(talk, SMFIC_DATA, SMFIP_NR_DATA, STR("")))
		return;
	if (!headers(talk, place, value) || !step(talk, SMFIC_EOH, SMFIP_NR_EOH, STR("")))
		return;
	for (int i = 0; i < 3; i++)
		if (!step(talk, SMFIC_BODY, SMFIP_NR_BODY, str_make(chunk, sizeof chunk)))
			return;
	macros(talk, SMFIC_BODYEOB, "i", id);
	step(talk, SMFIC_BODYEOB, 0, STR(""));
}

static bool is_forged(const char *value)
{
	struct str name = str_trim(str_from(value));

	return str_starts_nocase(name, STR("X-Depeer")) || str_starts_nocase(name, STR("X-Spam-"));
}

/* Whether all was right. */
static bool one_mail(const char *socket, enum place place, size_t number, const char *value)
{
	struct error error = { "" };
	struct talk talk = { .mta = fake_mta_open(socket, NULL, &error) };
	unsigned expected = FORGED + (place == HEADER_NAME && is_forged(value));

	if (!talk.mta) {
		printf("%s %zu: %s\n", place_names[place], number, error.text);
		return false;
	}
	talk.steps = fake_mta_counts(talk.mta).steps;
	mail(&talk, place, value);
	/* an authenticated client's mail passes as it is */
	if (talk.answer && place != AUTH && talk.deleted != expected)
		wrong(&talk, "forged headers were left");
	if (talk.answer && place != AUTH && talk.inserted < 3)
		wrong(&talk, "no headers of ours");
	printf("%s %zu: %c deleted=%u inserted=%u%s\n", place_names[place], number,
		talk.answer ? talk.answer : '-', talk.deleted, talk.inserted, talk.wrong);
	fake_mta_drop(&talk.mta);
	return talk.wrong[0] == '\0';
}

static const char *value_at(size_t i)
{
	static char long_name[LONG + 1], odd[LONG + 1], macro[MACRO_LONG + 1];

	memset(long_name, 'x', LONG);
	memset(macro, 'Q', MACRO_LONG);
	for (size_t k = 0; k < LONG; k++)
		odd[k] = (char)(1 + k % 255);
	if (i < VALUES)
		return values[i];
	return i == VALUES ? long_name : i == VALUES + 1 ? odd : macro;
}

int main(int argc, char **argv)
{
	unsigned failures = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: odd_values SOCKET\n");
		return 64;
	}
	signal(SIGPIPE, SIG_IGN);
	for (int place = 0; place < PLACES; place++)
		/* at a header without a name libmilter itself hangs up (a filter that does nothing too) */
		for (size_t i = place == HEADER_NAME ? 1 : 0; i < ALL_VALUES; i++)
			failures += !one_mail(argv[1], (enum place)place, i, value_at(i));
	return failures > 0;
}
