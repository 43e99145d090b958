/* depeer-mmdb as an admin runs it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "geoip/mmdb.h"
#include "test-harness/t.h"

/* The program of the same flavour: build/<flavour>/test/geoip/x_test -> build/<flavour>. */
static const char *program(void)
{
	static char path[1024];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 32);

	t_need(n > 0);
	path[n] = '\0';
	for (int up = 0; up < 3; up++) {
		char *slash = strrchr(path, '/');

		t_need(slash != NULL);
		*slash = '\0';
	}
	snprintf(path + strlen(path), sizeof path - strlen(path), "/depeer-mmdb");
	t_need(access(path, X_OK) == 0); /* `make` makes it; `make unit` does */
	return path;
}

/* Runs it in the test's directory; both outputs in *out, which lives until the test ends. */
static int run(const char *arguments, char **out)
{
	char command[4096];
	int status;

	snprintf(command, sizeof command, "p=$(realpath %s); cd %s && $p %s >out 2>&1", program(),
		t_tmpdir(), arguments);
	status = system(command); /* NOLINT(cert-env33-c): the words are this file's own */
	*out = t_read(t_tmpfile("out"), NULL);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void table(const char *name, const char *text)
{
	t_write(t_tmpfile(name), text, strlen(text));
}

T_TEST(makes_both_of_a_table)
{
	struct network network = { .ip = ip_from_v4(0xc0000201) };
	struct mmdb *db;
	char *out;

	table("x.tsv", "192.0.2.0\t192.0.2.255\t64500\tNL\tBULLETPROOF\n");
	table("y.tsv", "2001:db8::\t2001:db8::ffff\t64501\tDE\tSIX\n");
	t_int(run("--csv x.tsv --csv y.tsv --asn asn.mmdb --country cc.mmdb", &out), 0);
	t_true(strstr(out, "asn.mmdb: AS numbers of 2 networks (2 different") != NULL);
	t_true(strstr(out, "cc.mmdb: countries of 2 networks") != NULL);
	db = mmdb_open(t_tmpfile("asn.mmdb"), NULL);
	t_need(db != NULL);
	t_str(mmdb_info(db)->type, "depeer-ASN");
	t_true(mmdb_info(db)->build_epoch > 1600000000);
	t_int(mmdb_lookup(db, &network.ip, &network, NULL), 0);
	t_slice(network.org, "BULLETPROOF");
	mmdb_close(&db);
	db = mmdb_open(t_tmpfile("cc.mmdb"), NULL);
	t_need(db != NULL);
	mmdb_close(&db);
	t_int(run("--quiet --csv x.tsv --asn asn.mmdb", &out), 0);
	t_str(out, "");
}

T_TEST(old_database_survives_a_bad_table)
{
	struct mmdb *db;
	char *out;

	table("x.tsv", "192.0.2.0\t192.0.2.255\t64500\tNL\tBULLETPROOF\n");
	t_int(run("--csv x.tsv --asn asn.mmdb", &out), 0);
	table("x.tsv", "192.0.2.0\t192.0.2.255\t64500\tNL\tX\n<html>\t502\tx\n");
	t_int(run("--csv x.tsv --asn asn.mmdb", &out), 65);
	t_str(out, "depeer-mmdb: x.tsv:2:1: not an address\n");
	db = mmdb_open(t_tmpfile("asn.mmdb"), NULL);
	t_true(db != NULL);
	mmdb_close(&db);
	t_int(run("--csv missing.csv --asn asn.mmdb", &out), 65);
	t_true(strstr(out, "missing.csv") != NULL);
	table("c.csv", "192.0.2.0,192.0.2.255,NL\n");
	t_int(run("--csv c.csv --asn asn.mmdb", &out), 65);
	t_true(strstr(out, "has no AS numbers") != NULL);
}

T_TEST(usage)
{
	static const char *const wrong[] = { "", "--asn", "--asn a --country a", "--what",
		"--loc a --csv b --asn c", "--asn a extra" };
	char *out;

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		t_int(run(wrong[i], &out), 64);
		t_true(strstr(out, "see --help") != NULL);
	}
	t_int(run("--help", &out), 0);
	t_true(strncmp(out, "usage: depeer-mmdb", 18) == 0);
	t_int(run("--version", &out), 0);
	t_true(strncmp(out, "depeer-mmdb ", 12) == 0);
}
