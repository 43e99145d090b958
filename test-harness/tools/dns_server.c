/* A DNS server on loopback for tests that are scripts:
 *
 *   dns_server TABLE
 *
 * answers from the table (dns/table.h; other names are refused), prints its address as depeer.conf
 * wants it ("127.0.0.1@41234") and serves until it is ended by a signal.
 */
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/lex.h"
#include "test-harness/fake_dns.h"

int main(int argc, char **argv)
{
	struct lex_file file = { 0 };
	struct fake_dns *server;
	struct error error;
	struct buf table = { 0 };

	if (argc != 2) {
		fprintf(stderr, "usage: dns_server TABLE\n");
		return EX_USAGE;
	}
	if (lex_file_read(&file, argv[1], &error) < 0) {
		fprintf(stderr, "dns_server: %s\n", error.text);
		return EX_NOINPUT;
	}
	buf_add(&table, file.text, file.len);
	server = fake_dns_start(buf_cstr(&table));
	if (!server)
		return EX_OSERR;
	printf("%s\n", fake_dns_address(server));
	fflush(stdout);
	for (;;)
		pause();
}
