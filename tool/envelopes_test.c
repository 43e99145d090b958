#include "tool/envelopes.h"

#include <string.h>

#include "test-harness/t.h"

static struct envelopes *load(const char *text, struct error *error)
{
	t_write(t_tmpfile("e.tsv"), text, strlen(text));
	return envelopes_load(t_tmpfile("e.tsv"), error);
}

static void refused(const char *text, const char *expected)
{
	struct error error = { "" };
	struct envelopes *envelopes = load(text, &error);
	const char *slash = strrchr(error.text, '/');

	t_true(!envelopes);
	t_str(slash ? slash + 1 : error.text, expected);
	envelopes_free(&envelopes);
}

T_TEST(rows_by_folder_and_file)
{
	struct error error;
	struct envelopes *envelopes = load(
		"corpus\tfile\tyear\tclient_ip\thelo\tmail_from\trcpt\tclient_name\n"
		"sa/spam\t1.txt\t2002\t192.0.2.1\tone\ta@example.org\tr@example.net\tn.example\n"
		"sa/ham\t1.txt\t2002\t\ttwo\r\n"
		"\n"
		"sa/ham/\t2.txt\t2002\t2001:db8::1\n", &error);
	const struct envelope_row *row;
	char ip[IP_TEXT_MAX];

	t_need(envelopes);
	row = envelopes_find(envelopes, "/x/spam/1.txt");
	t_need(row && row->has_client);
	t_str(ip_format(&row->client, ip), "192.0.2.1");
	t_slice(row->helo, "one");
	t_slice(row->mail_from, "a@example.org");
	t_slice(row->rcpt, "r@example.net");
	t_slice(row->client_name, "n.example");
	row = envelopes_find(envelopes, "ham/1.txt");
	t_need(row && !row->has_client);
	t_slice(row->helo, "two");
	row = envelopes_find(envelopes, "ham//2.txt");
	t_need(row && row->has_client);
	t_true(!envelopes_find(envelopes, "1.txt"));
	t_true(!envelopes_find(envelopes, "ham/3.txt"));
	t_true(!envelopes_find(envelopes, "-"));
	envelopes_free(&envelopes);
}

T_TEST(rows_by_file_alone)
{
	struct error error;
	struct envelopes *envelopes = load("file\thelo\nb\t2\na\t1\n", &error);
	const struct envelope_row *row;

	t_need(envelopes);
	row = envelopes_find(envelopes, "any/folder/a");
	t_need(row);
	t_slice(row->helo, "1");
	envelopes_free(&envelopes);
}

T_TEST(only_a_head)
{
	struct error error;
	struct envelopes *envelopes = load("file\thelo\n", &error);

	t_need(envelopes);
	t_true(!envelopes_find(envelopes, "a"));
	envelopes_free(&envelopes);
}

T_TEST(broken_tables)
{
	struct error error;

	refused("", "e.tsv: empty");
	refused("a,b\n", "e.tsv:1: the first line must name the columns, one of them 'file'");
	refused("file\tclient_ip\na\t192.0.2\n", "e.tsv:2: '192.0.2' is no address");
	refused("file\thelo\n\thelo\n", "e.tsv:2: no file is named");
	refused("file\thelo\na\tx\na\ty\n", "e.tsv: 'a' is named twice");
	t_true(!envelopes_load(t_tmpfile("absent"), &error));
}
