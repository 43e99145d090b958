/* depeerd: reads its arguments, becomes a daemon, serves, reloads, drains.
 *
 * Signals. libmilter starts a thread of its own that sits in sigwait() and ends the program on
 * SIGHUP, and on SIGTERM resets mail in flight. Reload and drain are ours, so the signals are
 * blocked everywhere, a thread of ours takes them by sigwaitinfo(), and sigwait() is defined here:
 * the dynamic linker prefers the program's definition, so that libmilter's thread waits for ever.
 * (Two threads waiting for one signal would share it at the kernel's whim.)
 * read() is treated alike.
 */
#include <errno.h>
#include <libmilter/mfapi.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/diag.h"
#include "base/log.h"
#include "dns/resolver_unbound.h"
#include "milter/callbacks.h"
#include "milter/config.h"
#include "milter/listen.h"
#include "milter/process.h"
#include "milter/runtime.h"

enum { MAX_SETTINGS = 100, BACKLOG = 1024, LOG_WAIT_MS = 1000, DRAIN_STEP_MS = 20,
	DAY_STEP_S = 600 };

struct arguments {
	const char *path;
	bool foreground, test, help, help_config, version;
	char *settings[MAX_SETTINGS]; /* Key=value */
	size_t settings_n;
};

struct daemon {
	struct runtime *runtime;
	struct listener listener;
	sigset_t signals;
	unsigned drain_s;
	char *pid_file;
	int ready_fd;
	_Atomic bool ending;     /* the signal thread is about to end the process */
};

/* Stands in front of libc's for libmilter's signal thread: see above. */
int sigwait(const sigset_t *restrict set, int *restrict signal_number)
{
	(void)set;
	(void)signal_number;
	for (;;)
		pause();
}

static bool acknowledge_at_once; /* set before the first connection, when MTAs come over TCP */

/* Stands in front of libc's too, for libmilter's reading of packets. An MTA writes macros and command
 * as two small packets; its kernel holds the second back until the first is acknowledged (Nagle),
 * and ours would wait 40 ms with that, hoping for an answer to send along. Asking for the
 * acknowledgement after each read ends it: the option does not stay set by itself. */
ssize_t read(int fd, void *buffer, size_t size)
{
	ssize_t n = syscall(SYS_read, fd, buffer, size);
	int yes = 1;

	if (acknowledge_at_once && n > 0) {
		int saved = errno;

		setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &yes, sizeof(yes)); /* a file: no harm */
		errno = saved;
	}
	return n;
}

static void print_usage(FILE *out)
{
	fputs("usage: depeerd [-c FILE] [-f] [-t] [-o Key=value]... | -h | -V | --help-config\n"
		"  -c FILE        configuration (" DEPEER_SYSCONFDIR "/depeer/depeer.conf)\n"
		"  -f             stay in the foreground\n"
		"  -t             read configuration, rules, lists and databases, say what is wrong, "
		"and end\n"
		"  -o Key=value   set a key, stronger than the file\n"
		"  -h             print this\n"
		"  -V             print the version\n"
		"  --help-config  print the keys of the configuration\n", out);
}

static void print_keys(void)
{
	for (size_t i = 0; i < config_keys(); i++) {
		const struct config_key_info *key = config_key(i);

		printf("%s  %s\n    %s\n", key->name, key->value, key->help);
		printf("    default: %s%s%s\n", key->default_text ? key->default_text : "none",
			key->repeatable ? "; may be given several times" : "",
			key->needs_restart ? "; read at start only" : "");
	}
}

/* 0, or an exit status. */
static int read_arguments(int argc, char **argv, struct arguments *out)
{
	int option;

	*out = (struct arguments){ .path = DEPEER_SYSCONFDIR "/depeer/depeer.conf" };
	if (argc == 2 && strcmp(argv[1], "--help-config") == 0) {
		out->help_config = true;
		return 0;
	}
	while ((option = getopt(argc, argv, "c:fhto:V")) != -1) {
		if (option == 'c')
			out->path = optarg;
		else if (option == 'f')
			out->foreground = true;
		else if (option == 't')
			out->test = true;
		else if (option == 'h')
			out->help = true;
		else if (option == 'V')
			out->version = true;
		else if (option == 'o' && out->settings_n < MAX_SETTINGS && strchr(optarg, '='))
			out->settings[out->settings_n++] = optarg;
		else
			option = '?';
		if (option == '?') {
			print_usage(stderr);
			return EX_USAGE;
		}
	}
	if (optind < argc) {
		print_usage(stderr);
		return EX_USAGE;
	}
	return 0;
}

static struct config *load_config(const struct arguments *arguments, struct diags *diags)
{
	struct config *config = config_load(arguments->path, diags);

	for (size_t i = 0; config && i < arguments->settings_n; i++) {
		char *key = strdup(arguments->settings[i]);
		char *equals = key ? strchr(key, '=') : NULL;

		if (equals)
			*equals = 0;
		if (!equals)
			diags_add(diags, DIAG_ERROR, (struct place){ "-o", 0, 0 }, "out of memory");
		else
			config_set(config, key, equals + 1, diags);
		free(key);
	}
	if (diags->errors)
		config_free(&config);
	return config;
}

static void log_diags(const struct diags *diags)
{
	char line[LOG_LINE_MAX];

	for (size_t i = 0; i < diags->n; i++) {
		diag_format(&diags->items[i], line, sizeof(line));
		log_line(diags->items[i].severity == DIAG_ERROR ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING,
			"%s", line);
	}
}

static void log_list_warning(void *context, const char *file, const char *text)
{
	(void)context;
	log_line(LOG_LEVEL_WARNING, "%s: %s", file, text);
}

static void log_snapshot(const char *what, const struct snapshot *snapshot)
{
	const struct geoip *geoip = snapshot->geoip;

	log_line(LOG_LEVEL_INFO, "%s generation=%u rules=%zu lists=%zu databases=%zu mode=%s", what,
		snapshot->generation, ruleset_rules(snapshot->rules), geoip_lists(geoip),
		geoip_databases(geoip),
		snapshot->config->mode == CONFIG_OBSERVE ? "observe" : "enforce");
	for (size_t i = 0; i < geoip_databases(geoip); i++) {
		const struct mmdb_info *info = geoip_database_info(geoip, i);

		log_line(LOG_LEVEL_INFO, "database %s type=%s age=%lldd%s%s", info->path, info->type,
			(long long)((clock_wall_seconds() - info->build_epoch) / 86400),
			info->has_asn ? " asn" : "", info->has_country ? " country" : "");
	}
	if (geoip_databases(geoip) == 0)
		log_line(LOG_LEVEL_WARNING, "no GeoDatabase: rules about networks will be unknown");
	if (!ruleset_has_jit(snapshot->rules))
		log_line(LOG_LEVEL_WARNING, "the patterns run WITHOUT JIT: up to 1,000 times slower "
			"(MemoryDenyWriteExecute= forbids it)");
	snapshot_say_list_warnings(snapshot, date_from_time(clock_wall_seconds()), log_list_warning,
		NULL);
}

static void reload(struct daemon *daemon)
{
	struct diags diags = { 0 };
	struct snapshot *snapshot;
	int status = runtime_reload(daemon->runtime, &diags);

	log_diags(&diags);
	if (status != 0) {
		log_line(LOG_LEVEL_ERROR, "reload refused: errors=%zu, what was loaded before goes on",
			diags.errors);
	} else {
		snapshot = runtime_current(daemon->runtime);
		log_snapshot("reloaded", snapshot);
		snapshot_release(&snapshot);
	}
	diags_clear(&diags);
}

/* There under -fsanitize=address only; _exit would pass its check over. */
extern void __lsan_do_leak_check(void) __attribute__((weak));

/* Ends the process: libmilter's own end resets mail in flight and takes five seconds. */
static void finish(struct daemon *daemon, const char *why)
{
	log_line(LOG_LEVEL_INFO, "depeerd ends: %s, open=%u", why, callbacks_open());
	daemon->ending = true; /* libmilter gives up when its socket is gone: serve() must not */
	listen_close(&daemon->listener);
	if (daemon->pid_file)
		unlink(daemon->pid_file);
	log_close(LOG_WAIT_MS);
	if (__lsan_do_leak_check)
		__lsan_do_leak_check();
	_exit(EX_OK);
}

/* Lets the open connections end, up to DrainTimeout; a second SIGTERM ends at once. */
static void drain(struct daemon *daemon)
{
	struct timespec step = { .tv_nsec = DRAIN_STEP_MS * 1000000L };
	uint64_t deadline = clock_monotonic_us() + (uint64_t)daemon->drain_s * 1000000;
	unsigned quiet = 0;
	int taken;

	log_line(LOG_LEVEL_INFO, "draining: open=%u, at most %u s", callbacks_open(),
		daemon->drain_s);
	if (listen_stop_accepting(&daemon->listener) != 0)
		log_line(LOG_LEVEL_WARNING, "cannot stop accepting: %s", strerror(errno));
	while (clock_monotonic_us() < deadline) {
		taken = sigtimedwait(&daemon->signals, NULL, &step);
		if (taken == SIGTERM || taken == SIGINT)
			finish(daemon, "told twice");
		/* a connection that was accepted just now is counted a moment later */
		quiet = callbacks_open() == 0 ? quiet + 1 : 0;
		if (quiet > 2)
			finish(daemon, "drained");
	}
	finish(daemon, "DrainTimeout");
}

static void *take_signals(void *argument)
{
	const struct timespec pause_between = { .tv_sec = DAY_STEP_S };
	struct daemon *daemon = argument;

	for (;;) {
		int taken = sigtimedwait(&daemon->signals, NULL, &pause_between);

		if (taken < 0)
			runtime_warn_daily(daemon->runtime, date_from_time(clock_wall_seconds()),
				log_list_warning, NULL);
		else if (taken == SIGHUP || taken == SIGUSR1)
			reload(daemon);
		else if (taken == SIGTERM || taken == SIGINT)
			drain(daemon);
	}
	return NULL;
}

/* Every later thread inherits the mask. */
static int start_signal_thread(struct daemon *daemon)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	pthread_t thread;

	sigaction(SIGPIPE, &ignore, NULL);
	if (pthread_create(&thread, NULL, take_signals, daemon) != 0)
		return -1;
	return pthread_detach(thread);
}

static void block_signals(struct daemon *daemon)
{
	sigemptyset(&daemon->signals);
	sigaddset(&daemon->signals, SIGHUP);
	sigaddset(&daemon->signals, SIGUSR1);
	sigaddset(&daemon->signals, SIGTERM);
	sigaddset(&daemon->signals, SIGINT);
	pthread_sigmask(SIG_BLOCK, &daemon->signals, NULL);
}

/* Before there is a log: log_line() would write to standard error too. */
static int complain(const char *what)
{
	fprintf(stderr, "depeerd: %s\n", what);
	return EX_OSERR;
}

/* Once there is one. */
static int give_up(const char *what)
{
	log_line(LOG_LEVEL_ERROR, "%s", what);
	return EX_OSERR;
}

/* Socket, pid file, descriptors, and then no root any more. 0 or an exit status. */
/* `sockets`: that look-ups may need at once. */
static int prepare(struct daemon *daemon, const struct config *config, bool detach,
	unsigned sockets)
{
	struct listen_spec spec;
	struct process_user user;
	struct error error;

	if (config->umask >= 0)
		umask((mode_t)config->umask);
	if (listen_parse(config->socket, &spec, &error) != 0
		|| process_find_user(config->user_id, &user, &error) != 0
		|| process_need_descriptors(config->max_connections, sockets, &error) != 0
		|| (detach && process_detach(EX_OSERR, &daemon->ready_fd, &error) != 0)
		|| listen_open(&daemon->listener, &spec, config->umask, BACKLOG, &error) != 0
		|| (config->pid_file && process_write_pid(config->pid_file, &user, &error) != 0)
		|| (user.given && listen_give(&daemon->listener, user.uid, user.gid, &error) != 0)
		|| process_become(&user, &error) != 0)
		return complain(error.text);
	daemon->drain_s = config->drain_s;
	acknowledge_at_once = daemon->listener.is_tcp;
	if (config->pid_file) {
		daemon->pid_file = strdup(config->pid_file);
		if (!daemon->pid_file)
			return complain("out of memory");
	}
	return 0;
}

static int open_log(const struct config *config)
{
	struct log_target target = { .syslog = config->syslog, .ident = "depeerd" };

	log_facility(str_from(config->syslog_facility), &target.facility);
	return log_open(&target);
}

static int serve(struct daemon *daemon, int timeout_s)
{
	char connection[24];

	snprintf(connection, sizeof(connection), "fd:%d", daemon->listener.fd);
	if (smfi_setconn(connection) != MI_SUCCESS
		|| smfi_settimeout(timeout_s) != MI_SUCCESS
		|| smfi_setbacklog(BACKLOG) != MI_SUCCESS
		|| smfi_register(callbacks_describe(daemon->runtime)) != MI_SUCCESS)
		return give_up("libmilter refuses its settings");
	if (start_signal_thread(daemon) != 0)
		return give_up("cannot start the signal thread");
	process_ready(&daemon->ready_fd);
	if (smfi_main() == MI_SUCCESS || daemon->ending)
		pause(); /* nobody but the signal thread ends us */
	return give_up("libmilter has given up");
}

/* Takes the snapshot over. It is the runtime's alone before we serve: a first one held here would
 * stay in memory beside every later one. */
static int run(struct snapshot *snapshot, bool foreground)
{
	static struct daemon daemon = { .ready_fd = -1 }; /* outlives main(): threads use it */
	const struct config *config = snapshot->config;
	int status, timeout_s = (int)config->timeout_s;
	struct error error;

	block_signals(&daemon);
	status = prepare(&daemon, config, config->background && !foreground,
		snapshot_resolves(snapshot) ? DNS_SOCKETS + DNS_TCP_SOCKETS : 0);
	if (status != 0) {
		snapshot_release(&snapshot);
		return status;
	}
	if (open_log(config) != 0) {
		status = complain("cannot open the log");
		snapshot_release(&snapshot);
	} else if (snapshot_open_dns(snapshot, NULL, &error) != 0) {
		status = complain(error.text);
		snapshot_release(&snapshot);
	} else {
		log_line(LOG_LEVEL_INFO, "depeerd %s starts: socket=%s", DEPEER_VERSION, config->socket);
		log_snapshot("loaded", snapshot);
		daemon.runtime = runtime_create(snapshot);
		status = daemon.runtime ? serve(&daemon, timeout_s) : give_up("out of memory");
	}
	listen_close(&daemon.listener);
	log_close(LOG_WAIT_MS);
	return status;
}

int main(int argc, char **argv)
{
	struct arguments arguments;
	struct diags diags = { 0 };
	struct snapshot *snapshot = NULL;
	struct process_user user;
	struct config *config;
	struct error error;
	int status = read_arguments(argc, argv, &arguments);

	if (status != 0)
		return status;
	if (arguments.help) {
		print_usage(stdout);
		return EX_OK;
	}
	if (arguments.version) {
		puts("depeerd " DEPEER_VERSION);
		return EX_OK;
	}
	if (arguments.help_config) {
		print_keys();
		return EX_OK;
	}
	config = load_config(&arguments, &diags);
	if (config)
		snapshot = snapshot_build(config, &diags);
	diags_print(&diags, stderr);
	diags_clear(&diags);
	if (!snapshot)
		return EX_CONFIG;
	if (!arguments.test)
		return run(snapshot, arguments.foreground);
	printf("%s: ok: %zu rules, %zu lists, %zu databases\n", arguments.path,
		ruleset_rules(snapshot->rules), geoip_lists(snapshot->geoip),
		geoip_databases(snapshot->geoip));
	if (process_find_user(snapshot->config->user_id, &user, &error) != 0)
		fprintf(stderr, "%s: warning: %s\n", arguments.path, error.text);
	snapshot_release(&snapshot);
	return EX_OK;
}
