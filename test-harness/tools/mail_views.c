/*
 * What depeer's rules are matched against, of one mail, in the JSON of test-harness/oracle/sa_hits.pl
 * --views, to lay side by side:
 *
 *   mail_views MAIL [HEADER...]
 *
 * prints {"body":[],"rawbody":[],"uris":[],"links":[],"full","headers":{"NAME":value|null},
 * "file"}; a link is {"raw","types":[],"cleaned":[],"text":[],"hosts":[]}. Text is bytes: each byte
 * is one character. HEADER as header rules name it ("From:addr", "ALL").
 */
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "message/message.h"
#include "rules/view.h"
#include "tool/mails.h"

static void print_string(struct str text)
{
	putchar('"');
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (c < 0x20 || c > 0x7e || c == '"' || c == '\\')
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void need(int status, const char *what)
{
	if (status == 0)
		return;
	fprintf(stderr, "mail_views: %s\n", what);
	exit(EX_SOFTWARE);
}

static void print_list(const char *name, enum view_kind kind, const struct facts *facts,
	struct arena *arena)
{
	struct view view = { .kind = kind };
	struct view_texts texts;

	need(view_texts(&view, NULL, facts, arena, &texts), "memory is spent");
	printf("\"%s\":[", name);
	for (size_t i = 0; i < texts.n; i++) {
		if (i > 0)
			putchar(',');
		print_string(texts.items[i]);
	}
	fputs("],", stdout);
}

static void print_strings(const char *name, const struct str *items, size_t n)
{
	printf(",\"%s\":[", name);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			putchar(',');
		print_string(items[i]);
	}
	putchar(']');
}

static void print_link(const struct link *link, struct arena *arena)
{
	struct str *hosts = ARENA_ARRAY(arena, struct str, link->hosts_n);
	struct str *texts = ARENA_ARRAY(arena, struct str, link->anchors_n);
	struct str types[LINK_TYPES];
	size_t types_n = 0;

	need(hosts && texts ? 0 : -1, "memory is spent");
	for (unsigned i = 0; i < LINK_TYPES; i++)
		if (link->types & 1u << i)
			types[types_n++] = str_from(link_type_name(i));
	for (size_t i = 0; i < link->hosts_n; i++)
		hosts[i] = link->hosts[i].host;
	for (size_t i = 0; i < link->anchors_n; i++)
		texts[i] = link->anchors[i].text;
	fputs("{\"raw\":", stdout);
	print_string(link->raw);
	print_strings("types", types, types_n);
	print_strings("cleaned", link->cleaned, link->cleaned_n);
	print_strings("text", texts, link->anchors_n);
	print_strings("hosts", hosts, link->hosts_n);
	putchar('}');
}

static void print_links(const struct message_view *view, struct arena *arena)
{
	fputs("\"links\":[", stdout);
	for (size_t i = 0; i < view->links_n; i++) {
		if (i > 0)
			putchar(',');
		print_link(&view->links[i], arena);
	}
	fputs("],", stdout);
}

static void print_header(char *name, const struct facts *facts, struct arena *arena)
{
	struct view view;
	struct view_texts texts;
	size_t at;

	need(view_read_header(str_from(name), &view, &at) ? -1 : 0, "no such header form");
	need(view_texts(&view, NULL, facts, arena, &texts), "memory is spent");
	print_string(str_from(name));
	putchar(':');
	if (texts.n > 0)
		print_string(texts.items[0]);
	else
		fputs("null", stdout);
}

static struct facts facts_of(const struct message_view *view, struct arena *arena)
{
	struct fact_header *headers = ARENA_ARRAY(arena, struct fact_header, view->headers_n);

	need(headers ? 0 : -1, "memory is spent");
	for (size_t i = 0; i < view->headers_n; i++)
		headers[i] = (struct fact_header){ view->headers[i].name, view->headers[i].raw,
			view->headers[i].decoded };
	return (struct facts){ .headers = headers, .headers_n = view->headers_n, .body = view->body,
		.body_n = view->body_n, .body_has_subject = view->body_has_subject,
		.rawbody = view->rawbody, .rawbody_n = view->rawbody_n,
		.full = view->full, .uris = view->uris, .uris_n = view->uris_n };
}

static char **names;

static bool print_mail(void *context, const struct mail *mail)
{
	struct arena *arena = arena_create((size_t)256 * 1024 * 1024);
	struct message_options options = { .want_full = true, .want_body = true,
		.want_uris = true, .want_links = true, .want_signers = true,
		.want_rawbody = true };
	struct message *message = arena ? message_create(&options, arena) : NULL;

	(void)context;
	need(!message || message_read(message, mail->bytes) != 0, "memory is spent");
	struct facts facts = facts_of(message_view(message), arena);
	putchar('{');
	print_list("body", VIEW_BODY, &facts, arena);
	print_list("rawbody", VIEW_RAWBODY, &facts, arena);
	print_list("uris", VIEW_URI, &facts, arena);
	print_links(message_view(message), arena);
	fputs("\"full\":", stdout);
	print_string(facts.full);
	fputs(",\"headers\":{", stdout);
	for (size_t i = 0; names[i]; i++) {
		if (i > 0)
			putchar(',');
		print_header(names[i], &facts, arena);
	}
	fputs("},\"file\":", stdout);
	print_string(str_from(mail->name));
	fputs("}\n", stdout);
	arena_free(&arena);
	return true;
}

static void failed(void *context, const char *text)
{
	(void)context;
	need(-1, text);
}

int main(int argc, char **argv)
{
	struct mails_visitor visitor = { print_mail, failed, NULL };

	if (argc < 2) {
		fputs("usage: mail_views MAIL [HEADER...]\n", stderr);
		return EX_USAGE;
	}
	names = argv + 2;
	mails_each(argv[1], &visitor);
	return ferror(stdout) || fflush(stdout) ? EX_IOERR : EX_OK;
}
